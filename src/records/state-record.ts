/**
 * The records of `T.state`, the compacted topic in which uploaders remember what they sent: one small record a file,
 * keyed `UPLOADER/PATH`; two an uploader, its lease keyed `UPLOADER` and the mark that its files are all told here keyed
 * `UPLOADER/`; and one a partition, keyed `/`: since when it tells. Values are JSON. A tombstone forgets. What is written
 * goes through the shapes that readers ask, and through the rules of names.
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, NewRecord } from '../kafka/contract.ts';
import { algorithmOf, checksumAlgorithms } from './checksum.ts';
import { isNanoseconds } from './file-facts.ts';
import { treePathFault, uploaderFault } from './path.ts';
import { copySource, stripesShape } from './places-json.ts';
import { isUploadId } from './upload-id.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const whole = z.number().int().nonnegative();
/** Nanoseconds since the epoch, or another number that may be too large for one; decimal. */
const decimal = z.string().refine(isNanoseconds);
/** Empty: not known. */
const decimalOrEmpty = z.string().refine((text) => text === '' || isNanoseconds(text));

/** Of attributes, the beginning of a hash; `0`: there are none. */
const attributesMark = z.string().regex(/^(?:0|[0-9a-f]{16})$/);

/** How the file looked when it was accepted: any difference makes it another version. */
const fingerprint = z.object({
  size: whole,
  mtime: decimal,
  ctime: decimalOrEmpty,
  inode: decimalOrEmpty,
  /** Permission bits; absent: not known. */
  mode: z
    .string()
    .regex(/^[0-7]{4}$/)
    .optional(),
  /** Where they were looked at: `UID:GID`, and marks of extended attributes and ACLs. */
  owner: z
    .string()
    .regex(/^\d{1,10}:\d{1,10}$/)
    .optional(),
  xattrs: attributesMark.optional(),
  acls: attributesMark.optional(),
});
export type Fingerprint = z.infer<typeof fingerprint>;

/** A version that was sent in full, remembered while a newer one is under way or was given up: it may still stand on `T`. */
const sentVersion = z.object({
  upload: z.string().refine(isUploadId),
  size: whole,
  mtime: decimal,
  digest: z.string().refine(isDigest),
  partition: whole,
  first: whole,
  last: whole,
  /** It was sent as a copy: whose bytes it has, and where these stand. */
  of: copySource.optional(),
  since: whole.optional(),
  /** It is striped: where its chunks stand. Its closing record is in `partition`. */
  stripes: stripesShape.optional(),
});
export type SentVersion = z.infer<typeof sentVersion>;

/** `sha256:` and 16 hexadecimal digits. */
const sealedForm = new RegExp(`^(?:${checksumAlgorithms.join('|')}):[0-9a-f]{16}$`);

const fileState = z.object({
  v: z.literal(1),
  /** The id of `T` (KIP-516) that this speaks of: in a recreated topic nothing has been sent. */
  topic: z.string(),
  upload: z.string().refine(isUploadId),
  /**
   * `sending`: the first `acked` bytes are on the topic, the closing record is not. `aborted`: given up; remembered so that
   * the id of the path's next version is greater, whatever the clock says then.
   */
  state: z.enum(['sending', 'sent', 'aborted']),
  fingerprint,
  partition: whole,
  /** Kafka offset of the first record that has bytes of this upload. */
  first: whole,
  /** Kafka offset of the last one: the closing record, the pack, or the newest chunk. */
  last: whole,
  acked: whole,
  /** Of `sending`: the algorithm of the digest to come, which the chunks that are on the topic have named. */
  checksum: z.enum(checksumAlgorithms).optional(),
  /** Present once sent. */
  digest: z.string().refine(isDigest).optional(),
  /** It was sent as a copy: whose bytes it has, and where these stand. Its own record has none. */
  of: copySource.optional(),
  /** It was sent as a delta, and this is the least Kafka offset in `partition` of a record with bytes of it, of whichever upload. */
  since: whole.optional(),
  /** It is striped: where its chunks stand. Its closing record is, or will be, in `partition`. */
  stripes: stripesShape.optional(),
  /** Of what is not `sent`: the newest version of the path that was, if any. */
  before: sentVersion.optional(),
  /** Of what is not `sent`: sinks may have a version of the path of which nothing else is remembered. */
  stands: z.literal(true).optional(),
  /** It is a symbolic link, or a folder: there is no digest, and no file. */
  kind: z.enum(['link', 'folder']).optional(),
  /** Told to be one file with this upload, of another path. */
  linked: z.string().refine(isUploadId).optional(),
  /** Encrypted: the algorithm of the digest that only readers with a key see, and a mark of whom it is for. */
  sealed: z.string().regex(sealedForm).optional(),
  /** Where names are encrypted: what else is remembered, and is hidden. */
  hidden: z.string().optional(),
});

function isDigest(text: string): boolean {
  try {
    algorithmOf(text);
    return true;
  } catch {
    return false;
  }
}

export type FileState = Omit<z.infer<typeof fileState>, 'v'>;

/** The newest version that a state knows to be sent in full: this one, or the one before it. */
export function sentVersionOf(state: FileState): SentVersion | undefined {
  const { upload, fingerprint, digest, partition, first, last, of, since, stripes } = state;
  if (state.state !== 'sent' || digest === undefined) return state.before;
  const more = { ...(of && { of }), ...(since !== undefined && { since }), ...(stripes && { stripes }) };
  const place = { partition, first, last, ...more };
  return { upload, size: fingerprint.size, mtime: fingerprint.mtime, digest, ...place };
}

/** True where a sink may have a version of the path. */
export function mayStand({ state, before, stands }: FileState): boolean {
  return state === 'sent' || before !== undefined || stands === true;
}

/** What stands at sinks of a version that is given up, or not through, by what was remembered before it. */
export function standingOf(known: FileState): Pick<FileState, 'before' | 'stands'> {
  const before = sentVersionOf(known);
  if (before !== undefined) return { before };
  return mayStand(known) ? { stands: true } : {};
}

const lease = z.object({
  v: z.literal(1),
  topic: z.string(),
  /** Random, of one run of one process. */
  owner: z.string(),
  host: z.string(),
  pid: whole,
  /** The boot of the holder's system in which `pid` counts; absent where that cannot be known. */
  boot: z.string().optional(),
  /** Milliseconds without a renewal after which the lease has ended. */
  lasts: whole,
});
export type Lease = Omit<z.infer<typeof lease>, 'v'>;

const origin = z.object({
  v: z.literal(1),
  topic: z.string(),
  /** Partition by partition, where `T` ended when this topic was made: what stands before may not be told here. */
  ends: z.array(whole),
  /** The id of the cluster on which this was made: elsewhere, it is a copy. Absent in records of earlier writers. */
  cluster: z.string().optional(),
});
export type Origin = Omit<z.infer<typeof origin>, 'v'>;

const ready = z.object({
  v: z.literal(1),
  topic: z.string(),
  /** Versions up to this one are to be sent again, though they were sent. */
  resend: z.string().refine(isUploadId).optional(),
  /** The newest version that is not told here any more: whatever its path was, the next version of it is greater. */
  forgotten: z.string().refine(isUploadId).optional(),
  /** Where names are encrypted: their key, as age files for whoever may read. */
  names: z.object({ key: z.string(), lock: z.string().optional(), to: z.string() }).optional(),
  /** What stood at the source's root when its files were last seen there: where that differs, nothing tells that they are gone. */
  root: z.string().optional(),
});
export type Ready = Omit<z.infer<typeof ready>, 'v'>;

export type StateRecord =
  | {
      readonly kind: 'file';
      readonly uploader: string;
      readonly path: string;
      readonly state: FileState | null;
    }
  | { readonly kind: 'lease'; readonly uploader: string; readonly lease: Lease | null }
  | { readonly kind: 'ready'; readonly uploader: string; readonly ready: Ready | null }
  | { readonly kind: 'origin'; readonly uploader: ''; readonly origin: Origin | null };

export function encodeFileState(uploader: string, path: string, state: FileState | null): NewRecord {
  checkKey(uploader, path);
  return encoded(`${uploader}/${path}`, fileState, state);
}

export function encodeLease(uploader: string, value: Lease | null): NewRecord {
  checkKey(uploader);
  return encoded(uploader, lease, value);
}

/** Says that every file of the uploader that stands on `T` is told here. */
export function encodeReady(uploader: string, value: Ready): NewRecord {
  checkKey(uploader);
  return encoded(`${uploader}/`, ready, value);
}

/** Says since when a partition of this topic tells. */
export function encodeOrigin(value: Origin): NewRecord {
  return encoded('/', origin, value);
}

function encoded(key: string, shape: z.ZodType, value: object | null): NewRecord {
  const bytes = value === null ? null : Buffer.from(JSON.stringify(shaped(shape, { v: 1, ...value }, key)));
  return { key: Buffer.from(key), value: bytes };
}

/** Throws FormatError for a name that no key may have. */
function checkKey(uploader: string, path?: string): void {
  const fault = uploaderFault(uploader) ?? (path === undefined ? undefined : treePathFault(path));
  if (fault !== undefined) throw new FormatError(`a state record of a wrong name: ${fault}`);
}

/** Whose record this is, empty for the partition's own; undefined when its key cannot be anybody's. */
export function stateUploader(record: Pick<ConsumedRecord, 'key'>): string | undefined {
  const key = keyText(record);
  // The partition's own; all else that begins so is nobody's.
  if (key === '/') return '';
  return key?.split('/', 1)[0] || undefined;
}

function keyText({ key }: Pick<ConsumedRecord, 'key'>): string | undefined {
  return key !== null && isUtf8(key) ? decoder.decode(key) : undefined;
}

/** Throws FormatError for what is not a state record. */
export function decodeStateRecord(record: Pick<ConsumedRecord, 'key' | 'value'>): StateRecord {
  const key = keyText(record);
  if (key === undefined) throw new FormatError('a state record without a key in UTF-8');
  const slash = key.indexOf('/');
  if (key === '/') return { kind: 'origin', uploader: '', origin: parse(origin, record.value, key) };
  const uploader = slash === -1 ? key : key.slice(0, slash);
  const path = slash === -1 ? '' : key.slice(slash + 1);
  checkKey(uploader, path === '' ? undefined : path);
  if (slash === -1) return { kind: 'lease', uploader, lease: parse(lease, record.value, key) };
  if (path === '') return { kind: 'ready', uploader, ready: parse(ready, record.value, key) };
  return { kind: 'file', uploader, path, state: parse(fileState, record.value, key) };
}

function parse<T>(shape: z.ZodType<T>, value: Uint8Array | null, key: string): T | null {
  if (value === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(value));
  } catch (cause) {
    throw new FormatError(`the state record of "${key.slice(0, 200)}" is not JSON`, { cause });
  }
  return shaped(shape, json, key);
}

/** The value, if it has the shape. Throws FormatError. */
function shaped<T>(shape: z.ZodType<T>, value: unknown, key: string): T {
  const checked = shape.safeParse(value);
  if (checked.success) return checked.data;
  throw new FormatError(`the state record of "${key.slice(0, 200)}" is not one of ours`, {
    cause: checked.error,
  });
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

/** The values of `T.state`, as `schemas/` has them: of zod, which the types of the library's face do not name. */
export const stateForms: Readonly<Record<'file' | 'lease' | 'origin' | 'ready', object>> = {
  file: fileState,
  lease,
  origin,
  ready,
};
