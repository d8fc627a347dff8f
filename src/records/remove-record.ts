/**
 * A removing record (FORMAT.md, "Removing record"): names that went at the source. That a name went is a version of it: its upload's id is
 * greater than those of all versions before, and of two versions the newer one wins, whichever comes first.
 */
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { checkVersion } from './file-facts.ts';
import { fixedHeader, textHeader } from './headers.ts';
import { decodeNames, encodeNames, type NamedVersion, type NameList, textOf } from './name-list.ts';
import { uploaderFault } from './path.ts';

/** Names that went at the source of an uploader. */
export interface Remove extends NameList<NamedVersion> {
  readonly kind: 'remove';
  readonly uploader: string;
}

/** One entry as it stands in the list. */
export function removeEntryText({ path, upload }: NamedVersion): string {
  return JSON.stringify({ path, upload });
}

/** Headers; the number in fixed width, so that their size is known before the list is. */
export function removeHeaders(uploader: string, files: number): Header[] {
  return [
    textHeader('sluice', '1'),
    textHeader('kind', 'remove'),
    textHeader('uploader', uploader),
    fixedHeader('files', files),
  ];
}

/** Throws FormatError for what no reader would take. */
export function encodeRemove(uploader: string, entries: readonly NamedVersion[]): NewRecord {
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
  for (const entry of entries) checkVersion(entry);
  return {
    headers: removeHeaders(uploader, entries.length),
    value: encodeNames(entries.map(removeEntryText)),
  };
}

/** What a removing record of so many names says. Throws FormatError. */
export function decodeRemove(uploader: string, value: Uint8Array, files: number): Remove {
  const read = (entry: Readonly<Record<string, unknown>>): NamedVersion => ({
    path: textOf(entry, 'path'),
    upload: textOf(entry, 'upload'),
  });
  return { kind: 'remove', uploader, ...decodeNames(value, files, read) };
}
