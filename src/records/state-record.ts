/**
 * The records of `T.state`, the compacted topic in which uploaders remember what they sent: one small record a file,
 * keyed `UPLOADER/PATH`, and one an uploader, keyed `UPLOADER`: its lease. Values are JSON. A tombstone forgets.
 */
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';

const whole = z.number().int().nonnegative();

/** How the file looked when it was accepted: any difference makes it another version. */
const fingerprint = z.object({
  size: whole,
  /** Nanoseconds since the epoch, decimal. */
  mtime: z.string(),
  ctime: z.string(),
  inode: z.string(),
});
export type Fingerprint = z.infer<typeof fingerprint>;

const fileState = z.object({
  v: z.literal(1),
  /** The id of `T` (KIP-516) that this speaks of: in a recreated topic nothing has been sent. */
  topic: z.string(),
  upload: z.string(),
  /** `sending`: the first `acked` bytes are on the topic, the closing record is not. */
  state: z.enum(['sending', 'sent']),
  fingerprint,
  partition: whole,
  /** Kafka offset of the first record that has bytes of this upload. */
  first: whole,
  /** Kafka offset of the last one: the closing record, the pack, or the newest chunk. */
  last: whole,
  acked: whole,
  /** Present once sent. */
  digest: z.string().optional(),
});
export type FileState = Omit<z.infer<typeof fileState>, 'v'>;

const lease = z.object({
  v: z.literal(1),
  topic: z.string(),
  /** Random, of one run of one process. */
  owner: z.string(),
  host: z.string(),
  pid: whole,
  /** Milliseconds that the lease lasts from its record's own time on, unless it is renewed. */
  lasts: whole,
});
export type Lease = Omit<z.infer<typeof lease>, 'v'>;

export type StateRecord =
  | {
      readonly kind: 'file';
      readonly uploader: string;
      readonly path: string;
      readonly state: FileState | null;
    }
  | { readonly kind: 'lease'; readonly uploader: string; readonly lease: Lease | null };

export function encodeFileState(uploader: string, path: string, state: FileState | null): NewRecord {
  return { key: Buffer.from(`${uploader}/${path}`), value: encodeValue(state) };
}

export function encodeLease(uploader: string, value: Lease | null): NewRecord {
  return { key: Buffer.from(uploader), value: encodeValue(value) };
}

function encodeValue(value: object | null): Uint8Array | null {
  return value === null ? null : Buffer.from(JSON.stringify({ v: 1, ...value }));
}

/** Throws FormatError for what is not a state record. */
export function decodeStateRecord(record: Pick<ConsumedRecord, 'key' | 'value'>): StateRecord {
  if (record.key === null) throw new FormatError('a state record without a key');
  const key = Buffer.from(record.key.buffer, record.key.byteOffset, record.key.length).toString('utf8');
  const slash = key.indexOf('/');
  if (slash === -1) return { kind: 'lease', uploader: key, lease: parse(lease, record.value, key) };
  return {
    kind: 'file',
    uploader: key.slice(0, slash),
    path: key.slice(slash + 1),
    state: parse(fileState, record.value, key),
  };
}

function parse<T>(schema: z.ZodType<T>, value: Uint8Array | null, key: string): T | null {
  if (value === null) return null;
  try {
    return schema.parse(
      JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8')),
    );
  } catch (cause) {
    throw new FormatError(`the state record of "${key}" is not one of ours`, { cause });
  }
}

/**
 * The partition of `T.state` that holds an uploader's records (FNV-1a of its name), so that a starting uploader reads
 * one partition instead of everybody's state.
 */
export function statePartition(uploader: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(uploader)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % partitions;
}
