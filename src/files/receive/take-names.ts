/** Records that tell of many names, and have no bytes of files: each kind is dealt with by itself. */
import type { NamesRecord } from '../../records/names-record.ts';
import { joinHardLinks } from './join-hard-links.ts';
import { placeFolders } from './place-folders.ts';
import { placeLinks } from './place-links.ts';
import { removeNames } from './remove-names.ts';
import type { UnpackParts } from './unpack.ts';

/** Resolves when all names of the record are dealt with, or told as failed. */
export function takeNames(parts: UnpackParts, record: NamesRecord): Promise<void> {
  switch (record.kind) {
    case 'remove':
      return removeNames(parts, record);
    case 'link':
      return placeLinks(parts, record);
    case 'hard-link':
      return joinHardLinks(parts, record);
    case 'folder':
      return placeFolders(parts, record);
  }
}
