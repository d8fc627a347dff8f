/** Owners, extended attributes and ACLs of files, as the system's own tools, or our calls, say them. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  accessAcl,
  defaultAcl,
  loadXattrs,
  type XattrCalls,
} from '../../src/stores/disk/attributes/xattr.ts';

export const isRoot: boolean = process.getuid?.() === 0;

/** An ACL as Linux has it: who, rights, and for whom; in the order that it wants. */
export function acl(
  ...entries: readonly (readonly [
    tag: 'owner' | 'user' | 'group' | 'named' | 'mask' | 'other',
    rights: number,
    id?: number,
  ])[]
): Buffer {
  const tags = { owner: 1, user: 2, group: 4, named: 8, mask: 16, other: 32 } as const;
  const value = Buffer.alloc(4 + 8 * entries.length);
  value.writeUInt32LE(2);
  for (const [index, [tag, rights, id = 0xffffffff]] of entries.entries()) {
    value.writeUInt16LE(tags[tag], 4 + 8 * index);
    value.writeUInt16LE(rights, 6 + 8 * index);
    value.writeUInt32LE(id, 8 + 8 * index);
  }
  return value;
}

/** The owner may all, a user something, and nobody else anything. */
export function aclFor(user: number, rights: number): Buffer {
  return acl(['owner', 7], ['user', rights, user], ['group', 0], ['mask', rights], ['other', 0]);
}

let calls: Promise<XattrCalls> | undefined;

export function xattrs(): Promise<XattrCalls> {
  calls ??= loadXattrs('this test');
  return calls;
}

/** Owner, mode, attributes and ACLs of what stands there, as one text; of a link, its owner. */
export async function attributesAt(path: string): Promise<string> {
  const stats = await lstat(path);
  const owner = `${stats.uid}:${stats.gid}`;
  if (stats.isSymbolicLink()) return owner;
  const { list, get } = await xattrs();
  const at = stats.isDirectory() ? `${path}/.` : path;
  const own = (await list(at)).filter((name) => name.startsWith('user.')).toSorted();
  const names = [...own, accessAcl, defaultAcl];
  const values = await Promise.all(names.map(async (name) => [name, await get(at, name)] as const));
  const said = values.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${Buffer.from(value).toString('base64')}`],
  );
  return [owner, (stats.mode & 0o7777).toString(8), ...said].join(' ');
}

/** Path -> the same, of all that stands below a folder, and of itself. */
export async function attributesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true });
  const paths = ['.', ...entries.toSorted()];
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await attributesAt(join(folder, path))] as const)),
  );
}
