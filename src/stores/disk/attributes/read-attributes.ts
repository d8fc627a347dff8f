/** Owner, extended attributes and ACLs of files and folders at a source. */
import { realpath } from 'node:fs/promises';
import type { Attributes } from '../../../records/attributes.ts';
import { rootPath } from '../../../records/path.ts';
import type { AttributeWish } from '../../attribute-wish.ts';
import type { SourceFile } from '../../contract.ts';
import { folderOf } from '../folders.ts';
import type { Way } from '../way.ts';
import { mustHaveOwners, OwnerNames } from './owner-names.ts';
import { accessAcl, defaultAcl, hasNoXattrs, loadXattrs, ownXattrs, type XattrCalls } from './xattr.ts';

export interface ReadAttributes {
  readonly attributes: Attributes;
  readonly unread: readonly string[];
}

/** Throws ConfigurationError where the system has none of what is wished for, or no package for it. */
export async function attributeReader(wish: AttributeWish): Promise<AttributeReader> {
  if (wish.owner) mustHaveOwners();
  const needs = [...(wish.xattrs ? ['--xattrs'] : []), ...(wish.acls ? ['--acls'] : [])].join(' and ');
  return new AttributeReader(wish, needs === '' ? undefined : await loadXattrs(needs));
}

export class AttributeReader {
  readonly wish: AttributeWish;
  readonly #xattrs: XattrCalls | undefined;
  readonly #names = new OwnerNames();

  constructor(wish: AttributeWish, xattrs: XattrCalls | undefined) {
    this.wish = wish;
    this.#xattrs = xattrs;
  }

  /** Of what stands at a file's path, without following a link. */
  readWithin(file: SourceFile, way: Way): Promise<ReadAttributes> {
    const { path } = file;
    if (path === rootPath) return way.within('', (full) => this.#read(file, `${full}/.`));
    const folder = folderOf(path);
    const name = folder === '' ? path : path.slice(folder.length + 1);
    return way.within(folder, (full) => this.#read(file, `${full}/${name}`));
  }

  /** Of what a path leads to. */
  async readAt(file: SourceFile, path: string): Promise<ReadAttributes> {
    return this.#read(file, await realpath(path));
  }

  async #read(file: SourceFile, path: string): Promise<ReadAttributes> {
    const { gives, isFolder = false } = file;
    const unread: string[] = [];
    const owner = gives?.owner ? await this.#ownerOf(file) : {};
    // Behind a name that became a link by now stands nothing that is followed.
    const full = isFolder && !path.endsWith('/.') ? `${path}/.` : path;
    const xattrs = gives?.xattrs ? await this.#xattrsOf(full, unread) : {};
    const acls = gives?.acls ? await this.#aclsOf(full, isFolder, unread) : {};
    return { attributes: { ...owner, ...xattrs, ...acls }, unread };
  }

  async #ownerOf({ owner = '' }: SourceFile): Promise<Attributes> {
    const [uid = 0, gid = 0] = owner.split(':').map(Number);
    const [user, group] = await Promise.all([
      this.#names.nameOf('passwd', uid),
      this.#names.nameOf('group', gid),
    ]);
    return { uid, gid, ...(user === undefined ? {} : { user }), ...(group === undefined ? {} : { group }) };
  }

  async #xattrsOf(path: string, unread: string[]): Promise<Attributes> {
    const names = await this.#xattrs!.list(path).catch((error: unknown) => {
      if (hasNoXattrs(error)) return [];
      throw error;
    });
    const xattrs: Record<string, string> = {};
    for (const name of names.filter((one) => one.startsWith(ownXattrs)).toSorted()) {
      const value = await this.#get(path, name, unread);
      if (value !== undefined) xattrs[name] = Buffer.from(value).toString('base64');
    }
    return { xattrs };
  }

  async #aclsOf(path: string, isFolder: boolean, unread: string[]): Promise<Attributes> {
    const acl = await this.#textOf(path, accessAcl, unread);
    return isFolder ? { acl, defaultAcl: await this.#textOf(path, defaultAcl, unread) } : { acl };
  }

  async #textOf(path: string, name: string, unread: string[]): Promise<string> {
    const value = await this.#get(path, name, unread);
    return value === undefined ? '' : Buffer.from(value).toString('base64');
  }

  async #get(path: string, name: string, unread: string[]): Promise<Uint8Array | undefined> {
    try {
      return await this.#xattrs!.get(path, name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') throw error;
      // One that went meanwhile changes the file's look, too.
      if (!hasNoXattrs(error)) unread.push(name);
      return undefined;
    }
  }
}
