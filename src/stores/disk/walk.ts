/** Walking a folder tree: names checked, symbolic links by choice, what vanishes on the way passed over. */
import { isUtf8 } from 'node:buffer';
import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { pathFault, rootPath } from '../../records/path.ts';
import type { AttributeWish } from '../attribute-wish.ts';
import type { Selection, SourceFile, Unsendable } from '../contract.ts';
import { ownFolder } from '../target-name.ts';
import type { DiskCalls } from './calls.ts';
import { isTakenName } from './taken-name.ts';

/** Files looked at together: enough to keep the thread pool busy, few enough to keep memory flat. */
const group = 64;

interface Folder {
  readonly path: string;
  /** The folders on the way to it, as device and inode; only known where links are followed. */
  readonly above: readonly string[];
}

export interface WalkOptions {
  readonly root: string;
  readonly followSymlinks: boolean;
  /** Symbolic links are files of their own kind. */
  readonly keepLinks: boolean;
  /** Folders are given too, each behind what is in it. */
  readonly giveFolders: boolean;
  /** Which attributes files have. */
  readonly wish?: AttributeWish | undefined;
  /** False when there is a symbolic link on the way to a folder that is not to be followed. */
  readonly isFree: (folder: string) => Promise<boolean>;
  readonly calls: DiskCalls;
  /** Gives a file its name back that was about to be removed when a run was killed; resolves with its path where that was so. */
  readonly giveBack: (path: string) => Promise<string | undefined>;
  /** Runs what opens something. */
  readonly withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
  readonly selection: Selection;
  readonly unsendable: (what: Unsendable) => void;
}

/** Every selected file below the root. Throws when the root cannot be read. */
export async function* walk(options: WalkOptions): AsyncGenerator<SourceFile> {
  const { root, followSymlinks, isFree, giveBack, calls, withDescriptor, selection, unsendable } = options;
  const folders: Folder[] = [{ path: '', above: [] }];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { path: folder } = next;
    const above = followSymlinks ? await withItself(root, next, unsendable) : [];
    if (above === undefined) continue;
    const entries = await withDescriptor(() => readFolder(root, folder)).catch(
      unreadable(folder, unsendable),
    );
    // Asked afterwards: a folder that was swapped for a link before it was read is a link now.
    if (!(await isFree(folder))) continue;
    const files: string[] = [];
    for (const entry of entries) {
      const { path, fault } = childOf(folder, entry.name);
      if (path === ownFolder) continue;
      if (isTakenName(entry.name.toString())) {
        const own = entry.isFile() ? await giveBack(path) : undefined;
        if (own !== undefined && selection.file(own)) files.push(own);
        continue;
      }
      if (fault !== undefined) {
        if (isWanted(entry, path, options)) unsendable({ path, reason: fault });
        continue;
      }
      const kind = await kindOf(entry, root, path, options);
      if ((kind === 'file' || kind === 'link') && selection.file(path)) files.push(path);
      if (kind === 'folder' && selection.folder(path)) folders.push({ path, above });
    }
    const atOnce = (path: string): SourceFile | undefined =>
      followSymlinks ? undefined : lookAtOnce(calls, root, path, options.wish);
    const lookOrTell = (path: string): Promise<SourceFile | undefined> =>
      lookAt(calls, root, path, options).catch((error: unknown) => {
        unsendable({ path, reason: `the file cannot be looked at: ${(error as Error).message}` });
        return undefined;
      });
    for (let at = 0; at < files.length; at += group) {
      const some = files.slice(at, at + group);
      const looks = some.map((path) => atOnce(path) ?? lookOrTell(path));
      for (const look of looks) {
        const file = look instanceof Promise ? await look : look;
        if (file !== undefined) yield file;
      }
      await othersTurn();
    }
    // Last: what came into it meanwhile has changed its time.
    const itself = givesFolder(folder, options) ? await lookOrTell(folder || rootPath) : undefined;
    if (itself !== undefined) yield itself;
  }
}

function givesFolder(folder: string, { giveFolders, selection }: WalkOptions): boolean {
  return giveFolders && (folder === '' || selection.file(folder));
}

/** The folders below the root (the root itself is ''), for a watcher. */
export async function* walkFolders(
  root: string,
  from: string,
  followSymlinks: boolean,
  wanted: (path: string) => boolean,
): AsyncGenerator<string> {
  const folders = [from];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    yield folder;
    const entries = await readFolder(root, folder).catch(() => []);
    for (const entry of entries) {
      const { path, fault } = childOf(folder, entry.name);
      if (fault !== undefined || path === ownFolder || !wanted(path)) continue;
      // Linked folders are left to the periodic walk: watching them could go round in circles.
      if (entry.isDirectory() && !(entry.isSymbolicLink() && followSymlinks)) folders.push(path);
    }
  }
}

/** The file as it is now, by a call in place; undefined where that cannot be, and for all that is no regular file. */
function lookAtOnce(
  calls: DiskCalls,
  root: string,
  path: string,
  wish: AttributeWish | undefined,
): SourceFile | undefined {
  try {
    const stats = calls.atOnce?.lookIfThere(`${root}/${path}`);
    return stats?.isFile() ? sourceFile(path, stats, wish) : undefined;
  } catch {
    return undefined;
  }
}

/** What is looked at as itself. */
interface LookOptions {
  readonly followSymlinks: boolean;
  readonly keepLinks?: boolean;
  readonly giveFolders?: boolean;
  readonly wish?: AttributeWish | undefined;
}

/** The file as it is now; undefined when there is none, or none that is regular. */
export async function lookAt(
  calls: DiskCalls,
  root: string,
  path: string,
  { followSymlinks, keepLinks = false, giveFolders = false, wish }: LookOptions,
): Promise<SourceFile | undefined> {
  const full = join(root, path);
  try {
    // What the root itself is a link to is the root.
    const isFollowed = followSymlinks || path === rootPath;
    const stats = await (isFollowed ? stat(full, { bigint: true }) : calls.lookAt(full));
    if (keepLinks && stats.isSymbolicLink()) return await lookAtLink(full, path, stats, wish);
    if (giveFolders && stats.isDirectory())
      return { ...sourceFile(path, stats, wish), size: 0, isFolder: true };
    return stats.isFile() ? sourceFile(path, stats, wish) : undefined;
  } catch (error) {
    if (vanished(error)) return undefined;
    throw error;
  }
}

/** A link that says something that is no text of UTF-8 cannot be told of. */
async function lookAtLink(
  full: string,
  path: string,
  stats: BigIntStats,
  wish: AttributeWish | undefined,
): Promise<SourceFile> {
  const bytes = await readlink(full, { encoding: 'buffer' });
  if (!isUtf8(bytes)) throw new Error('what the link points to is not UTF-8');
  return { ...sourceFile(path, stats, wish?.owner ? ownerAlone : undefined), link: bytes.toString() };
}

/** A link has an owner of its own, and nothing else. */
const ownerAlone: AttributeWish = { owner: true, xattrs: false, acls: false };

export function sourceFile(path: string, stats: BigIntStats, wish?: AttributeWish): SourceFile {
  return {
    path,
    size: Number(stats.size),
    mtime: String(stats.mtimeNs),
    ctime: String(stats.ctimeNs),
    inode: String(stats.ino),
    mode: Number(stats.mode) & 0o7777,
    ...(stats.nlink > 1n && stats.isFile() ? { body: `${stats.dev}:${stats.ino}` } : {}),
    ...(wish === undefined ? {} : { gives: wish }),
    ...(wish?.owner ? { owner: `${stats.uid}:${stats.gid}` } : {}),
  };
}

function readFolder(root: string, folder: string): Promise<Dirent<Buffer>[]> {
  return readdir(join(root, folder), { withFileTypes: true, encoding: 'buffer' });
}

/** Tells of a folder that cannot be read, which has no entries then. Throws when it is the root. */
function unreadable(folder: string, unsendable: WalkOptions['unsendable']): (error: unknown) => never[] {
  return (error) => {
    if (folder === '') throw error;
    if (!vanished(error))
      unsendable({ path: folder, reason: `the folder cannot be read: ${(error as Error).message}` });
    return [];
  };
}

/** With a fault it is the path for people: it leads nowhere. */
function childOf(
  folder: string,
  name: Buffer,
): { readonly path: string; readonly fault: string | undefined } {
  const text = name.toString('utf8');
  const path = folder === '' ? text : `${folder}/${text}`;
  const fault = isUtf8(name) ? pathFault(path) : 'the name is not UTF-8: rename it, for example with convmv';
  return { path, fault };
}

/** True where it would be sent, or walked through, under a better name. */
function isWanted(
  entry: Dirent<Buffer>,
  path: string,
  { followSymlinks, keepLinks, selection }: WalkOptions,
): boolean {
  if (entry.isDirectory()) return selection.folder(path);
  const isLink = (followSymlinks || keepLinks) && entry.isSymbolicLink();
  return (entry.isFile() || isLink) && selection.file(path);
}

async function kindOf(
  entry: Dirent<Buffer>,
  root: string,
  path: string,
  { followSymlinks, keepLinks, selection, unsendable }: WalkOptions,
): Promise<'file' | 'folder' | 'link' | 'other'> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (keepLinks && entry.isSymbolicLink()) return 'link';
  if (!entry.isSymbolicLink() || !followSymlinks) return 'other';
  try {
    const target = await stat(join(root, path));
    return target.isFile() ? 'file' : target.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    // A link that leads nowhere is no file; one that may not be followed may lead to one.
    const isWanted = selection.file(path) || selection.folder(path);
    if (isWanted && !vanished(error))
      unsendable({ path, reason: `the link cannot be followed: ${(error as Error).message}` });
    return 'other';
  }
}

/** The folders on the way to this one, and itself; undefined when links lead back to one of them, or nowhere any more. */
async function withItself(
  root: string,
  { path, above }: Folder,
  unsendable: WalkOptions['unsendable'],
): Promise<readonly string[] | undefined> {
  try {
    const { dev, ino } = await stat(join(root, path), { bigint: true });
    const identity = `${dev}:${ino}`;
    return above.includes(identity) ? undefined : [...above, identity];
  } catch (error) {
    if (path === '') throw error;
    if (!vanished(error))
      unsendable({ path, reason: `the folder cannot be looked at: ${(error as Error).message}` });
    return undefined;
  }
}

function vanished(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
