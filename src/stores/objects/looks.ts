/** How an object looks as a file. Pure. */
import { createHash } from 'node:crypto';
import type { FileLook, SourceFile } from '../contract.ts';
import type { ObjectFacts } from './contract.ts';

/** Permission bits of what has none. */
const usualMode = 0o644;

/**
 * An object is written whole and never changed: another one has another tag, or another time. Listings give times to the millisecond
 * with some servers, and all else to the second: to the second they are compared.
 */
export function objectFile(path: string, { tag, size, written, kept }: ObjectFacts): SourceFile {
  const time = `${Math.floor(written / 1000)}000000000`.replace(/^0+(?=\d)/, '');
  const mode = kept?.mode ?? usualMode;
  const file = { path, size, mtime: time, ctime: time, inode: numberOf(tag), mode };
  return kept === undefined ? file : { ...file, kept };
}

/** A number that tells tags apart, where a file has that of its inode. Some answers have an ETag in quotes, and some without. */
function numberOf(tag: string): string {
  const digest = createHash('sha256').update(tag.replaceAll('"', '')).digest('hex');
  return BigInt(`0x${digest.slice(0, 22)}`).toString();
}

/** Nanoseconds that are as long as any of a usual time: of others no place is kept in a record. */
const longest = 19;

/**
 * The look that an uploader noted in an object's metadata: `mtime`, seconds with a fraction, as rclone and s3fs write it; `mode`, octal
 * as rclone writes it, or decimal as s3fs does. Undefined without a time that can be read.
 */
export function keptLook(metadata: Readonly<Record<string, string>> | undefined): FileLook | undefined {
  const [, sign = '', seconds = '', fraction = ''] =
    /^(-?)(\d{1,12})(?:\.(\d+))?$/.exec(metadata?.mtime ?? '') ?? [];
  if (seconds === '') return undefined;
  const number = BigInt(seconds + fraction.slice(0, 9).padEnd(9, '0'));
  const mtime = String(sign === '-' ? -number : number);
  return mtime.length > longest ? undefined : { mtime, mode: modeOf(metadata?.mode) ?? usualMode };
}

/** `100644`, `0644` and `644` are octal; `33188` is the same in decimal. */
function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(?:1?0)?0?[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  return /^3\d{4}$/.test(text) ? Number(text) & 0o7777 : undefined;
}
