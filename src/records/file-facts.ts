/** What is known of a file once it was read to its end, and what records may say of it. */
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { type Attributes, attributesHeaders, attributesText, readAttributes } from './attributes.ts';
import { algorithmOf } from './checksum.ts';
import { fixedHeader, type HeaderReader, textHeader, wholeNumber } from './headers.ts';
import { pathFault } from './path.ts';
import { readTraceparent, type Traced, traceparentHeaders } from './traceparent.ts';
import { isUploadId, type UploadId } from './upload-id.ts';

export interface FileFacts extends Traced {
  readonly size: number;
  /** `algorithm:hex`. */
  readonly digest: string;
  /** Modification time in nanoseconds since the epoch, decimal, possibly negative: see {@link isNanoseconds}. */
  readonly mtime: string;
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  /** Owner, extended attributes, ACLs, as far as the uploader was asked for them. */
  readonly attributes?: Attributes;
}

/** Permission bits as four octal digits. */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** True for nanoseconds since the epoch in decimal, of any time that a file system with seconds of 64 bits can have. */
export function isNanoseconds(text: string): boolean {
  return /^-?[0-9]{1,28}$/.test(text);
}

/** Throws FormatError unless a record may say this of a file. Writers and readers ask the same. */
export function checkFacts({ size, digest, mtime, mode, attributes }: FileFacts): void {
  wholeNumber(size, 'the size');
  algorithmOf(digest);
  if (!isNanoseconds(mtime)) {
    throw new FormatError(
      `the modification time is "${mtime.slice(0, 40)}", not nanoseconds of 28 digits at most`,
    );
  }
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw new FormatError(`the mode is ${mode}, not four octal digits`);
  if (attributes !== undefined) attributesText(attributes);
}

/** Throws FormatError unless a record may be of this version of this file. Writers and readers ask the same. */
export function checkVersion({ path, upload }: { readonly path: string; readonly upload: UploadId }): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw new FormatError(fault);
  if (!isUploadId(upload)) throw new FormatError(`upload "${upload.slice(0, 40)}" is not 32 hex digits`);
}

/** The facts alone, of a record that says more. */
export function factsOf({ size, digest, mtime, mode, attributes, traceparent }: FileFacts): FileFacts {
  const facts = { size, digest, mtime, mode, ...(traceparent === undefined ? {} : { traceparent }) };
  return attributes === undefined ? facts : { ...facts, attributes };
}

/** As they stand in a record that ends an upload. */
export function factsHeaders({ size, digest, mtime, mode, attributes, traceparent }: FileFacts): Header[] {
  return [
    fixedHeader('size', size),
    textHeader('digest', digest),
    textHeader('mtime', mtime),
    textHeader('mode', modeText(mode)),
    ...attributesHeaders(attributes),
    ...traceparentHeaders(traceparent),
  ];
}

/** Of the right form, and not checked yet. */
export function readFacts(headers: HeaderReader): FileFacts {
  return {
    size: headers.integer('size'),
    digest: headers.text('digest'),
    mtime: headers.text('mtime'),
    mode: Number.parseInt(headers.matching('mode', /^[0-7]{4}$/), 8),
    ...readAttributes(headers),
    ...readTraceparent(headers),
  };
}
