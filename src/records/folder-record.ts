/**
 * A record of folders (FORMAT.md, "Folders"): names that are folders at the source, each with its permissions and time. What is in them comes by
 * records of its own.
 */
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { type Attributes, attributesText, entryAttributes } from './attributes.ts';
import { checkVersion, isNanoseconds, modeText } from './file-facts.ts';
import { fixedHeader, textHeader } from './headers.ts';
import { decodeNames, encodeNames, type NamedVersion, type NameList, textOf } from './name-list.ts';
import { rootPath, uploaderFault } from './path.ts';

/** A path of {@link rootPath} is the uploader's own folder. */
export interface FolderEntry extends NamedVersion {
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  /** Nanoseconds since the epoch, decimal. */
  readonly mtime: string;
  /** Owner, extended attributes, ACLs, as far as the uploader was asked for them. */
  readonly attributes?: Attributes;
}

export interface Folders extends NameList<FolderEntry> {
  readonly kind: 'folder';
  readonly uploader: string;
}

/** Throws FormatError unless a record may tell of this version of this folder. */
function checkFolderVersion(entry: NamedVersion): void {
  // Of the root there is no more to be checked than of any path.
  checkVersion(entry.path === rootPath ? { ...entry, path: 'any' } : entry);
}

/** Throws FormatError unless an entry may say this. */
function checkFolder(entry: FolderEntry): void {
  checkFolderVersion(entry);
  const { mode, mtime, attributes } = entry;
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw new FormatError('its mode is not four octal digits');
  if (!isNanoseconds(mtime)) throw new FormatError('its modification time is not nanoseconds');
  if (attributes !== undefined) attributesText(attributes);
}

/** One entry as it stands in the list. */
export function folderEntryText({ path, upload, mode, mtime, attributes }: FolderEntry): string {
  return JSON.stringify({ path, upload, mode: modeText(mode), mtime, attributes });
}

/** Headers; the number in fixed width. */
export function folderHeaders(uploader: string, files: number): Header[] {
  return [
    textHeader('sluice', '1'),
    textHeader('kind', 'folder'),
    textHeader('uploader', uploader),
    fixedHeader('files', files),
  ];
}

/** Throws FormatError for what no reader would take. */
export function encodeFolders(uploader: string, entries: readonly FolderEntry[]): NewRecord {
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
  for (const entry of entries) checkFolder(entry);
  return {
    headers: folderHeaders(uploader, entries.length),
    value: encodeNames(entries.map(folderEntryText)),
  };
}

/** What a record of so many folders says. Throws FormatError. */
export function decodeFolders(uploader: string, value: Uint8Array, files: number): Folders {
  const read = (entry: Readonly<Record<string, unknown>>): FolderEntry => {
    const [path, upload, mode, mtime] = ['path', 'upload', 'mode', 'mtime'].map((name) =>
      textOf(entry, name),
    ) as [string, string, string, string];
    if (!/^[0-7]{4}$/.test(mode)) throw new FormatError('its mode is not four octal digits');
    const look = { mode: Number.parseInt(mode, 8), mtime, ...entryAttributes(entry) };
    const folder = { path, upload, ...look };
    checkFolder(folder);
    return folder;
  };
  return { kind: 'folder', uploader, ...decodeNames(value, files, read, checkFolderVersion) };
}
