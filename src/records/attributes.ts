/**
 * Owner, extended attributes and POSIX ACLs of a file (FORMAT.md, "Attributes"): one object of JSON that stands in headers, in entries of
 * packs and in encrypted facts. Values here; no I/O. Writers and readers ask the same rules.
 */
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { type HeaderReader, textHeader } from './headers.ts';

export interface Attributes {
  /** Of the owner and the group at the source: 0 to 2^32 - 2. */
  readonly uid?: number;
  readonly gid?: number;
  /** What the source's system calls them. */
  readonly user?: string;
  readonly group?: string;
  /** Values in base64, by full name. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Values of `system.posix_acl_access` and `system.posix_acl_default` in base64; empty: there is none. */
  readonly acl?: string;
  readonly defaultAcl?: string;
}

/** Bytes of the text: of any header. */
export const attributesLimit = 4096;
/** Of an owner or a group: 2^32 - 1 means "leave it" to the system. */
export const largestId = 2 ** 32 - 2;
const nameLimit = 256;
/** Bytes of the name of an extended attribute, as Linux has them. */
const xattrNameLimit = 255;

/** The text of it. Throws FormatError for what no reader would take. */
export function attributesText(attributes: Attributes): string {
  const text = JSON.stringify(checked(attributes as Readonly<Record<string, unknown>>));
  checkLength(text);
  return text;
}

/** What a text says. Throws FormatError. */
export function attributesOfText(text: string): Attributes {
  checkLength(text);
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('the attributes are not JSON', { cause });
  }
  return checked(objectOf(said, 'the attributes are'));
}

/** The header, where there is something to say. */
export function attributesHeaders(attributes: Attributes | undefined): Header[] {
  return attributes === undefined ? [] : [textHeader('attributes', attributesText(attributes))];
}

/** What a record's headers say of them. Throws FormatError. */
export function readAttributes(headers: HeaderReader): { readonly attributes?: Attributes } {
  return headers.has('attributes') ? { attributes: attributesOfText(headers.text('attributes')) } : {};
}

/** What an entry of a list, or encrypted facts, say of them. Throws FormatError. */
export function entryAttributes({ attributes }: Readonly<Record<string, unknown>>): {
  readonly attributes?: Attributes;
} {
  if (attributes === undefined) return {};
  const found = checked(objectOf(attributes, 'the attributes are'));
  checkLength(JSON.stringify(found));
  return { attributes: found };
}

function checkLength(text: string): void {
  const length = Buffer.byteLength(text);
  if (length > attributesLimit)
    throw new FormatError(`attributes of ${length} bytes, ${attributesLimit} at most`);
}

/** The fields that are known, in one order. */
function checked(said: Readonly<Record<string, unknown>>): Attributes {
  const found: Record<string, unknown> = {};
  const take = (name: keyof Attributes, isRight: (value: unknown) => boolean): void => {
    if (said[name] === undefined) return;
    if (!isRight(said[name])) throw new FormatError(`"${name}" of the attributes is not of its form`);
    found[name] = said[name];
  };
  for (const name of ['uid', 'gid'] as const) take(name, isId);
  for (const name of ['user', 'group'] as const) take(name, isName);
  take('xattrs', isXattrs);
  for (const name of ['acl', 'defaultAcl'] as const) take(name, isBase64);
  return found;
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new FormatError(`${what} no object`);
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= largestId;
}

function isName(value: unknown): boolean {
  const isText = typeof value === 'string' && value.isWellFormed() && !/\p{Cc}/u.test(value);
  return isText && value.length >= 1 && value.length <= nameLimit;
}

function isXattrs(value: unknown): boolean {
  return Object.entries(objectOf(value, 'the extended attributes are')).every(
    ([name, coded]) => isXattrName(name) && isBase64(coded),
  );
}

function isXattrName(name: string): boolean {
  const isText = name !== '' && name.isWellFormed() && !name.includes('\0');
  return isText && Buffer.byteLength(name) <= xattrNameLimit;
}

/** Padded, and in the one way in which it is written. */
function isBase64(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
}
