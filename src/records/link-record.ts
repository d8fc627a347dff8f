/** A record of symbolic links (FORMAT.md, "Links"): names, each with what it points to. Nothing is said of what stands there. */
import { FormatError } from '../errors.ts';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { type Attributes, attributesText, entryAttributes } from './attributes.ts';
import { checkVersion, isNanoseconds } from './file-facts.ts';
import { fixedHeader, textHeader } from './headers.ts';
import { decodeNames, encodeNames, type NamedVersion, type NameList, textOf } from './name-list.ts';
import { pathLimit, uploaderFault } from './path.ts';

export interface LinkEntry extends NamedVersion {
  /** What it points to, as it stands in the link. */
  readonly target: string;
  /** Nanoseconds since the epoch, decimal: of the link itself. */
  readonly mtime: string;
  /** Its own owner, where the uploader was asked for it. */
  readonly attributes?: Attributes;
}

export interface Links extends NameList<LinkEntry> {
  readonly kind: 'link';
  readonly uploader: string;
}

/** Why a text cannot be what a link points to, or undefined when it can. */
export function linkFault(target: string): string | undefined {
  if (target === '') return 'the link points to nothing';
  if (!target.isWellFormed()) return 'what the link points to is not valid Unicode';
  if (target.includes('\0')) return 'what the link points to has a NUL character';
  if (Buffer.byteLength(target) > pathLimit)
    return `what the link points to is longer than ${pathLimit} bytes`;
  return undefined;
}

/** Throws FormatError unless an entry may say this. */
function checkLink(entry: LinkEntry): void {
  checkVersion(entry);
  const fault = linkFault(entry.target);
  if (fault !== undefined) throw new FormatError(fault);
  if (!isNanoseconds(entry.mtime)) throw new FormatError('its modification time is not nanoseconds');
  if (entry.attributes !== undefined) attributesText(entry.attributes);
}

/** One entry as it stands in the list. */
export function linkEntryText({ path, upload, target, mtime, attributes }: LinkEntry): string {
  return JSON.stringify({ path, upload, target, mtime, attributes });
}

/** Headers; the number in fixed width. */
export function linkHeaders(uploader: string, files: number): Header[] {
  return [
    textHeader('sluice', '1'),
    textHeader('kind', 'link'),
    textHeader('uploader', uploader),
    fixedHeader('files', files),
  ];
}

/** Throws FormatError for what no reader would take. */
export function encodeLinks(uploader: string, entries: readonly LinkEntry[]): NewRecord {
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
  for (const entry of entries) checkLink(entry);
  return { headers: linkHeaders(uploader, entries.length), value: encodeNames(entries.map(linkEntryText)) };
}

/** What a record of so many links says. Throws FormatError. */
export function decodeLinks(uploader: string, value: Uint8Array, files: number): Links {
  const read = (entry: Readonly<Record<string, unknown>>): LinkEntry => {
    const [path, upload, target, mtime] = ['path', 'upload', 'target', 'mtime'].map((name) =>
      textOf(entry, name),
    ) as [string, string, string, string];
    const link = { path, upload, target, mtime, ...entryAttributes(entry) };
    checkLink(link);
    return link;
  };
  return { kind: 'link', uploader, ...decodeNames(value, files, read) };
}
