/** Owner, extended attributes and ACLs of files and folders at a source. */
import { realpath } from 'node:fs/promises';
import { describeError } from '../../../errors.ts';
import type { Attributes } from '../../../records/attributes.ts';
import { rootPath } from '../../../records/path.ts';
import type { AttributeWish } from '../../attribute-wish.ts';
import type { SourceFile } from '../../contract.ts';
import { folderOf } from '../folders.ts';
import type { Way } from '../way.ts';
import { mustHaveOwners, OwnerNames } from './owner-names.ts';
import { accessAcl, defaultAcl, hasNoXattrs, loadXattrs, ownXattrs, type XattrCalls } from './xattr.ts';

/** What concerns the file itself, or the disk. */
const thrown = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EIO']);
const unreadable = Symbol('an attribute that cannot be read');

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
    const listed = gives?.xattrs || gives?.acls ? await this.#list(full) : [];
    const xattrs = gives?.xattrs ? await this.#xattrsOf(full, listed, unread) : {};
    const acls = gives?.acls ? await this.#aclsOf(full, isFolder, listed, unread) : {};
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

  /** The names of all; an error where they cannot be listed, though the file may be read: they are too many, or one is no text. */
  async #list(path: string): Promise<readonly string[] | Error> {
    return this.#xattrs!.list(path).catch((error: NodeJS.ErrnoException) => {
      if (thrown.has(error.code ?? '')) throw error;
      return hasNoXattrs(error) ? [] : error;
    });
  }

  async #xattrsOf(path: string, listed: readonly string[] | Error, unread: string[]): Promise<Attributes> {
    if (listed instanceof Error) {
      unread.push(`all of ${ownXattrs}* (${describeError(listed)})`);
      return {};
    }
    const xattrs: Record<string, string> = {};
    for (const name of listed.filter((one) => one.startsWith(ownXattrs)).toSorted()) {
      const value = await this.#get(path, name, listed, unread);
      if (value !== undefined && value !== unreadable) xattrs[name] = Buffer.from(value).toString('base64');
    }
    return { xattrs };
  }

  async #aclsOf(
    path: string,
    isFolder: boolean,
    listed: readonly string[] | Error,
    unread: string[],
  ): Promise<Attributes> {
    const textOf = async <K extends string>(
      field: K,
      name: string,
    ): Promise<{ readonly [key in K]?: string }> => {
      const value = await this.#get(path, name, listed, unread);
      // Of what cannot be read nobody says that there is none.
      if (value === unreadable) return {};
      return { [field]: Buffer.from(value ?? []).toString('base64') } as { readonly [key in K]?: string };
    };
    const acl = await textOf('acl', accessAcl);
    return isFolder ? { ...acl, ...(await textOf('defaultAcl', defaultAcl)) } : acl;
  }

  /** Undefined where there is none. */
  async #get(
    path: string,
    name: string,
    listed: readonly string[] | Error,
    unread: string[],
  ): Promise<Uint8Array | typeof unreadable | undefined> {
    const value = await this.#xattrs!.get(path, name).catch((error: NodeJS.ErrnoException) => {
      if (thrown.has(error.code ?? '')) throw error;
      return hasNoXattrs(error) ? undefined : unreadable;
    });
    // The package answers so to errors too. One that went meanwhile changes the file's look.
    const isThere = !(listed instanceof Error) && listed.includes(name);
    if (value !== unreadable && (value !== undefined || !isThere)) return value;
    unread.push(name);
    return unreadable;
  }
}
