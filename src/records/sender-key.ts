/**
 * The records of `L.keys`, compacted: one a key that opens streams to those who send. The key itself stands nowhere: the record is keyed by
 * its SHA-256. A tombstone takes the key back. JSON. FORMAT.md, "Keys".
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { readJson } from './live-json.ts';

const whole = z.number().int().nonnegative();

const senderKey = z.object({
  v: z.literal(1),
  streams: z.string().min(1).max(256),
  name: z.string().max(256),
  created: whole,
  expires: whole.optional(),
});

export interface SenderKey {
  /** SHA-256 of the key, 64 hexadecimal digits. */
  readonly digest: string;
  /** A glob over names of streams. */
  readonly streams: string;
  /** For people: whose it is. */
  readonly name: string;
  /** Milliseconds since the epoch of Unix. */
  readonly created: number;
  /** From then on it opens nothing; absent: never. */
  readonly expires?: number | undefined;
}

const digestPattern = /^[0-9a-f]{64}$/;

/** What a record says of a key. */
export function senderKeyDigest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** How people name a key that they do not have: the first digits of its digest. */
export function senderKeyId(digest: string): string {
  return digest.slice(0, 12);
}

/** Throws FormatError for what no reader would take. */
export function encodeSenderKey({ digest, ...rest }: SenderKey): NewRecord {
  const value = { v: 1, ...rest };
  if (!digestPattern.test(digest) || !senderKey.safeParse(value).success)
    throw new FormatError('what is to be written of a key is not what the format says');
  return { key: Buffer.from(digest), value: Buffer.from(JSON.stringify(value)) };
}

/** A record that takes a key back. */
export function senderKeyTombstone(digest: string): NewRecord {
  return { key: Buffer.from(digest), value: null };
}

/** `key` is undefined for a tombstone. Throws FormatError when it is not what FORMAT.md says. */
export function decodeSenderKey(record: Pick<ConsumedRecord, 'key' | 'value'>): {
  readonly digest: string;
  readonly key: SenderKey | undefined;
} {
  const digest = Buffer.from(record.key ?? []).toString('latin1');
  if (!digestPattern.test(digest)) throw new FormatError('the key of the record is no SHA-256');
  if (record.value === null) return { digest, key: undefined };
  const { v: _, ...rest } = readJson(senderKey, record.value, `key ${senderKeyId(digest)}`);
  return { digest, key: { digest, ...rest } };
}

/** The values of `L.keys`, as `schemas/` has them: of zod, which the types of the library's face do not name. */
export const senderKeyForm: object = senderKey;
