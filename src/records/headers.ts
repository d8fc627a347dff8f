/**
 * Record headers as text. Values are UTF-8; numbers are decimal, those of chunks padded to 16 digits so that a chunk's
 * overhead does not depend on where it stands. Reading is strict: a header that is missing, twice, too long or not of
 * its form makes the record refused, whoever wrote it. Writing is as strict: what no reader would take is not made.
 */
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, Header } from '../kafka/contract.ts';

/** No header of Sluice is longer than a path. */
const valueLimit = 4096;
const countLimit = 32;
/** Digits of the largest safe integer. */
const digits = 16;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws FormatError for a text that is too long, or that is no Unicode: it would come out as another. */
export function textHeader(name: string, value: string): Header {
  if (!value.isWellFormed()) throw new FormatError(`header "${name}" is not valid Unicode`);
  const bytes = Buffer.from(value);
  checkLength(name, bytes);
  return [name, bytes];
}

/** A whole number in 16 digits. Throws FormatError for any other. */
export function fixedHeader(name: string, value: number): Header {
  return [name, Buffer.from(String(wholeNumber(value, `header "${name}"`)).padStart(digits, '0'))];
}

function checkLength(name: string, value: Uint8Array): void {
  if (value.length <= valueLimit) return;
  throw new FormatError(`header "${name.slice(0, 64)}" has ${value.length} bytes, ${valueLimit} at most`);
}

/** The number, if it is a whole one from 0 to 2^53 - 1. Throws FormatError that names `what`. */
export function wholeNumber(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new FormatError(`${what} is ${value}, not a whole number from 0 to 2^53 - 1`);
}

/** Headers by name, each read at most once, with the errors of a strict reader. */
export class HeaderReader {
  readonly #values = new Map<string, Uint8Array>();

  constructor(record: Pick<ConsumedRecord, 'headers' | 'headerCount'>) {
    if (record.headerCount > countLimit)
      throw new FormatError(`${record.headerCount} headers, ${countLimit} at most`);
    for (const [name, value] of record.headers) {
      if (this.#values.has(name)) throw new FormatError(`header "${name.slice(0, 64)}" stands twice`);
      checkLength(name, value);
      this.#values.set(name, value);
    }
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new FormatError(`header "${name}" is missing`);
    try {
      return decoder.decode(value);
    } catch (cause) {
      throw new FormatError(`header "${name}" is not UTF-8`, { cause });
    }
  }

  /** A whole number from 0 to 2^53 - 1. */
  integer(name: string): number {
    const text = this.text(name);
    const value = Number(text);
    if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(value)) {
      throw new FormatError(
        `header "${name}" is "${text.slice(0, 40)}", not a whole number from 0 to 2^53 - 1`,
      );
    }
    return value;
  }

  matching(name: string, pattern: RegExp): string {
    const text = this.text(name);
    if (!pattern.test(text))
      throw new FormatError(`header "${name}" is "${text.slice(0, 80)}", not ${pattern}`);
    return text;
  }
}
