/** Reads what stands at a sink, or a source. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import type { Entry, Tree } from './judge.ts';

/** Digests of files that were looked at before, by what changes whenever they do. */
export type Known = Map<string, string>;

/** Everything below a folder; links are not followed, and a name of the folder itself may be left out. What vanishes meanwhile is not there. */
export function readTree(root: string, known: Known, leftOut?: string): Tree {
  const tree = new Map<string, Entry>();
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of namesIn(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (path === leftOut) continue;
      const entry = entryOf(join(root, path), known);
      if (entry === undefined) continue;
      tree.set(path, entry);
      if (entry.kind === 'folder') folders.push(path);
    }
  }
  return tree;
}

export function namesIn(folder: string): string[] {
  return unlessGone(() => fs.readdirSync(folder)) ?? [];
}

function entryOf(file: string, known: Known): Entry | undefined {
  return unlessGone(() => {
    const look = fs.lstatSync(file, { bigint: true });
    const { size, mtimeNs, ctimeNs, ino, dev } = look;
    const facts = { mode: Number(look.mode) & 0o7777, mtime: mtimeNs, inode: `${dev}:${ino}` };
    if (!look.isFile())
      return { kind: look.isDirectory() ? 'folder' : 'other', size: 0, digest: '', ...facts };
    const key = `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
    const digest = known.get(key) ?? createHash('sha256').update(fs.readFileSync(file)).digest('hex');
    known.set(key, digest);
    return { kind: 'file', size: Number(size), digest, ...facts };
  });
}

function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
