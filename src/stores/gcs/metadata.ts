/**
 * What objects say of themselves, as Google's users have it: rclone writes `mtime` by RFC 3339 there, and beside it the seconds by the name
 * that Google's own tools read. Pure.
 */
import type { FileLook } from '../contract.ts';
import type { Metadata } from '../objects/contract.ts';
import { keptLook } from '../objects/looks.ts';

const seconds = 'goog-reserved-file-mtime';
const posixMode = 'goog-reserved-posix-mode';

/** As it is written. */
export function toGoogle(metadata: Metadata): Metadata {
  const { mtime } = metadata;
  if (mtime === undefined || !/^-?\d+(?:\.\d+)?$/.test(mtime)) return metadata;
  const [whole = '', fraction = ''] = mtime.split('.');
  // Of a time before the epoch the fraction counts downwards.
  const second = Number(whole) - (mtime.startsWith('-') && fraction !== '' ? 1 : 0);
  const date = new Date(second * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0)
    return metadata;
  const digits = mtime.startsWith('-') && fraction !== '' ? complement(fraction) : fraction;
  const text = `${date.toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`;
  return { ...metadata, mtime: text, [seconds]: String(second) };
}

/** As it was meant, with names in small letters. */
export function fromGoogle(metadata: Metadata = {}): Metadata {
  const small = Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const mtime = secondsOf(small.mtime);
  if (mtime === undefined) return small;
  const { [seconds]: _, ...others } = small;
  return { ...others, mtime };
}

/** How a file looked where it came from: by rclone's name, or else by Google's own. */
export function keptOf(metadata: Metadata | undefined): FileLook | undefined {
  const said = fromGoogle(metadata);
  const mtime = said.mtime ?? said[seconds];
  const mode = said.mode ?? said[posixMode];
  if (mtime === undefined) return undefined;
  return keptLook({ mtime, ...(mode === undefined ? {} : { mode: mode.replace(/^0+(?=[0-7]{3})/, '') }) });
}

/** Seconds with a fraction, of a time by RFC 3339. What is none is left as it is. */
function secondsOf(text: string | undefined): string | undefined {
  const [, to = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text ?? '') ?? [];
  const time = Date.parse(`${to}${zone}`);
  if (to === '' || Number.isNaN(time)) return text;
  const digits = fraction.replace(/0+$/, '');
  const second = time / 1000;
  if (digits === '') return String(second);
  if (second >= 0) return `${second}.${digits}`;
  return `${second + 1 === 0 ? '-0' : second + 1}.${complement(digits)}`;
}

/** One less a fraction. */
function complement(fraction: string): string {
  const whole = 10n ** BigInt(fraction.length);
  return String(whole - BigInt(fraction)).padStart(fraction.length, '0');
}
