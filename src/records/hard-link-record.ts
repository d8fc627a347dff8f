/**
 * A record of hard links (FORMAT.md, "Hard links"): of two versions that were sent, each under its own name, it says that they are one file at the
 * source. It is no version of a name itself, and what it speaks of is whole without it.
 */
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { checkVersion } from './file-facts.ts';
import { fixedHeader, textHeader, wholeNumber } from './headers.ts';
import { decodeNames, encodeNames, type NamedVersion, type NameList, textOf } from './name-list.ts';
import { uploaderFault } from './path.ts';

/** A version, and where its last record stands. */
export interface StandingVersion extends NamedVersion {
  readonly partition: number;
  /** Kafka offset. */
  readonly last: number;
}

export interface HardLinkEntry extends StandingVersion {
  /** The version with which it is one file. */
  readonly of: StandingVersion;
}

export interface HardLinks extends NameList<HardLinkEntry> {
  readonly kind: 'hard-link';
  readonly uploader: string;
}

/** Throws FormatError unless an entry may say this. */
function checkEntry(entry: HardLinkEntry): void {
  for (const one of [entry, entry.of]) {
    checkVersion(one);
    wholeNumber(one.partition, 'the partition');
    wholeNumber(one.last, 'the offset');
  }
  if (entry.path === entry.of.path) throw new FormatError('it is to be one file with itself');
}

/** One entry as it stands in the list. */
export function hardLinkEntryText({ path, upload, partition, last, of }: HardLinkEntry): string {
  return JSON.stringify({
    ...{ path, upload, partition, last },
    ...{ of: of.path, 'of-upload': of.upload, 'of-partition': of.partition, 'of-last': of.last },
  });
}

/** Headers; the number in fixed width. */
export function hardLinkHeaders(uploader: string, files: number): Header[] {
  return [
    textHeader('sluice', '1'),
    textHeader('kind', 'hard-link'),
    textHeader('uploader', uploader),
    fixedHeader('files', files),
  ];
}

/** Throws FormatError for what no reader would take. */
export function encodeHardLinks(uploader: string, entries: readonly HardLinkEntry[]): NewRecord {
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
  for (const entry of entries) checkEntry(entry);
  return {
    headers: hardLinkHeaders(uploader, entries.length),
    value: encodeNames(entries.map(hardLinkEntryText)),
  };
}

/** What a record of so many hard links says. Throws FormatError. */
export function decodeHardLinks(uploader: string, value: Uint8Array, files: number): HardLinks {
  const read = (entry: Readonly<Record<string, unknown>>): HardLinkEntry => {
    const standing = (path: string, prefix: string): StandingVersion => ({
      path: textOf(entry, path),
      upload: textOf(entry, `${prefix}upload`),
      partition: numberOf(entry, `${prefix}partition`),
      last: numberOf(entry, `${prefix}last`),
    });
    const found = { ...standing('path', ''), of: standing('of', 'of-') };
    checkEntry(found);
    return found;
  };
  return { kind: 'hard-link', uploader, ...decodeNames(value, files, read) };
}

function numberOf(entry: Readonly<Record<string, unknown>>, name: string): number {
  const value = entry[name];
  if (typeof value !== 'number') throw new FormatError(`it has no ${name}`);
  return value;
}
