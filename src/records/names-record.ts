/** The kinds of records that tell of many names, and have no bytes of files: each has a file of its own. */
import { decodeFolders, type Folders } from './folder-record.ts';
import { decodeHardLinks, type HardLinks } from './hard-link-record.ts';
import { decodeLinks, type Links } from './link-record.ts';
import { decodeRemove, type Remove } from './remove-record.ts';

/** Versions of names. */
export type VersionsRecord = Remove | Links | Folders;
export type NamesRecord = VersionsRecord | HardLinks;

/** How each is read, from its uploader, its value and the number of its entries. All throw FormatError. */
export const decodersOfNames = {
  remove: decodeRemove,
  link: decodeLinks,
  folder: decodeFolders,
  'hard-link': decodeHardLinks,
} as const satisfies Record<NamesRecord['kind'], unknown>;

export function isNamesKind(kind: string): kind is NamesRecord['kind'] {
  return Object.hasOwn(decodersOfNames, kind);
}

export function isOfNames(record: { readonly kind: string }): record is NamesRecord {
  return isNamesKind(record.kind);
}

/** True for one whose entries are versions, as files are: the newest counts. */
export function isOfVersions(record: { readonly kind: string }): record is VersionsRecord {
  return isOfNames(record) && record.kind !== 'hard-link';
}
