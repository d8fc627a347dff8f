/** Metadata as it can be signed. Pure. */
import type { Metadata } from './contract.ts';

/**
 * What some servers give as it was written, in bytes that are not ASCII (each of them a character here), by RFC 2047, as AWS gives it. It
 * could not be signed otherwise when it is written again.
 */
export function asciiMetadata(metadata: Metadata): Metadata {
  const encoded = (value: string): string =>
    /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, 'latin1').toString('base64')}?=`;
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, encoded(value)]));
}
