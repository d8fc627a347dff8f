/** What files become on `T` and `T.state`: records and their bytes, by the code that writes them. Pure. */
import { copiedBatchBytes, planBuffers, recordLimit } from '../files/send/chunk-size.ts';
import { noteEvery } from '../files/send/send-file.ts';
import { uploadDefaults } from '../files/shared/options.ts';
import { usualMaxMessageBytes } from '../files/shared/topics.ts';
import { batchHeaderBytes, batchSize, largestValue, recordSize } from '../kafka/batch.ts';
import { chunkHeaders, encodeClose, packHeaders } from '../records/file-record.ts';
import { packEntryText, packFilesLimit, packIndexLength } from '../records/pack.ts';
import { encodeFileState, type FileState } from '../records/state-record.ts';
import type { FileLoad, FilesFacts } from './facts.ts';

/** A file as others are, to measure what is said of it. */
const uploader = 'uploader-01';
const path = 'folder/2026-11-30/some-file-0001.dat';
const upload = '0'.repeat(32);
const digest = `sha256:${'0'.repeat(64)}`;
const mtime = '1790000000123456789';

/** What files of a size become, each of them on average. */
export interface FileRecords {
  readonly isSmall: boolean;
  /** Of a pack; 1 of what has records of its own. */
  readonly filesInRecord: number;
  /** Of `T`, for each file. */
  readonly records: number;
  /** Of `T` on the wire and on a disk, without compression, for each file. */
  readonly bytes: number;
  /** The same of `T.state`. */
  readonly stateRecords: number;
  readonly stateBytes: number;
}

/** The size of records: what copiers of topics take, of what Kafka usually allows. */
export const recordBytes = recordLimit(
  { chunkSize: undefined, checksum: uploadDefaults.checksum },
  usualMaxMessageBytes,
);

const buffer = Math.min(planBuffers(uploadDefaults.bufferBytes, recordBytes).size, copiedBatchBytes);

/** Files of `size` that appear `together` and come at `rate` a second at an uploader. */
export function recordsOf(size: number, together: number, rate: number): FileRecords {
  return size <= uploadDefaults.packBelow ? packed(size, together, rate) : chunked(size);
}

function packed(size: number, together: number, rate: number): FileRecords {
  const entry = Buffer.byteLength(packEntryText({ path, upload, size, digest, mtime, mode: 0o644 }));
  const room = Math.min(largestValue(recordBytes, { headers: packHeaders(uploader, 0, 0) }), buffer);
  const most = Math.max(1, Math.min(packFilesLimit, Math.floor((room - 3) / (entry + 1 + size))));
  // A pack waits `linger` for company.
  const company = Math.max(1, together, (rate * uploadDefaults.linger) / 1000);
  const packs = Math.ceil(company / most);
  const files = company / packs;
  const index = packIndexLength(files, files * entry);
  const value = Buffer.alloc(0);
  const frame = batchSize({ headers: packHeaders(uploader, 1, 1), value });
  return {
    isSmall: true,
    filesInRecord: files,
    records: 1 / files,
    bytes: (frame + index) / files + size,
    stateRecords: 1,
    // Those of a pack go in one batch.
    stateBytes: stateSize(size) + batchHeaderBytes / files,
  };
}

function chunked(size: number): FileRecords {
  const ref = { uploader, path, upload };
  const headers = chunkHeaders(ref, uploadDefaults.checksum, 0, 0);
  const most = Math.min(largestValue(recordBytes, { headers }), buffer);
  const chunks = Math.ceil(size / most);
  const frame = recordBytes - largestValue(recordBytes, { headers });
  const close = batchSize(encodeClose({ ...ref, size, digest, mtime, mode: 0o644 }));
  const notes = 2 + Math.floor(size / noteEvery);
  return {
    isSmall: false,
    filesInRecord: 1,
    records: chunks + 1,
    bytes: size + chunks * frame + close,
    stateRecords: notes,
    stateBytes: notes * (stateSize(size) + batchHeaderBytes),
  };
}

/** What a file takes on `T.state` once it is compacted. */
export function stateSize(size: number): number {
  const state: FileState = {
    topic: '01234567-89ab-cdef-0123-456789abcdef',
    upload,
    state: 'sent',
    fingerprint: { size, mtime, ctime: mtime, inode: '12345678', mode: '0644' },
    partition: 0,
    first: 1_000_000,
    last: 1_000_000,
    acked: size,
    digest,
  };
  return recordSize(encodeFileState(uploader, path, state));
}

/** All of a day. */
export interface DayOfFiles {
  readonly files: number;
  /** Of the files themselves. */
  readonly payload: number;
  readonly records: number;
  readonly bytes: number;
  readonly stateRecords: number;
  readonly stateBytes: number;
  readonly smallFiles: number;
}

export function dayOf(facts: Pick<FilesFacts, 'loads' | 'uploaders' | 'peak' | 'together'>): DayOfFiles {
  const sum = {
    files: 0,
    payload: 0,
    records: 0,
    bytes: 0,
    stateRecords: 0,
    stateBytes: 0,
    smallFiles: 0,
  };
  for (const load of facts.loads) {
    const of = recordsOf(load.averageSize, facts.together, rateOf(load, facts));
    sum.files += load.perDay;
    sum.payload += load.perDay * load.averageSize;
    sum.records += load.perDay * of.records;
    sum.bytes += load.perDay * of.bytes;
    sum.stateRecords += load.perDay * of.stateRecords;
    sum.stateBytes += load.perDay * of.stateBytes;
    if (of.isSmall) sum.smallFiles += load.perDay;
  }
  return sum;
}

/** Files a second at one uploader in the busiest hour. */
function rateOf({ perDay }: FileLoad, { uploaders, peak }: Pick<FilesFacts, 'uploaders' | 'peak'>): number {
  return (perDay / 86_400 / uploaders) * peak;
}
