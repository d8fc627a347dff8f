/** One file's bytes from the topic, in order, verified as they pass. */
import { ConfigurationError, FormatError, IncompleteError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import { type ConsumedRecord, type Kafka, KafkaError } from '../kafka/contract.ts';
import { type ChecksumAlgorithm, createHasher, type Hasher } from '../records/checksum.ts';
import {
  type Chunk,
  decodeFileRecord,
  type FileRecord,
  type Pack,
  refusedRef,
  type UploadRef,
} from '../records/file-record.ts';
import type { PackedFile, RefusedEntry } from '../records/pack.ts';
import { clientOptions } from './run/client-options.ts';
import type { CatOptions } from './shared/options.ts';
import { type FilePlace, locate } from './state/locate.ts';

/**
 * Yields the bytes of `UPLOADER/PATH`: of its newest complete version, or with `follow` of the newest that is being sent, until
 * that is closed. Each piece is valid until the next is asked for.
 *
 * Throws ConfigurationError when there is no such file, IncompleteError when no version of it is complete, and, after the bytes
 * were yielded, when they are not what the digest says, one of its records was refused, or the sending was given up.
 */
export async function* cat(options: CatOptions): AsyncGenerator<Uint8Array> {
  const kafka = createKafka(clientOptions(options, 'sluice-cat'));
  try {
    yield* catFrom(kafka, options);
  } finally {
    await kafka.close();
  }
}

/** The same through any client; it stays open. */
export async function* catFrom(kafka: Kafka, options: CatOptions): AsyncGenerator<Uint8Array> {
  const { file, topic } = options;
  const slash = file.indexOf('/');
  if (slash < 1)
    throw new ConfigurationError(`"${file}" is not UPLOADER/PATH: sluice list shows the files of the topic`);
  const uploader = file.slice(0, slash);
  const path = file.slice(slash + 1);
  const { upload, follow = false } = options;
  const place = await locate(kafka, topic, { uploader, path, upload, follow });
  try {
    yield* bytesAt(kafka, options, { uploader, path, upload: place.upload }, place);
  } catch (cause) {
    if (!(cause instanceof KafkaError && cause.kind === 'out-of-range')) throw cause;
    throw removed(file, cause);
  }
}

function removed(file: string, cause?: unknown): IncompleteError {
  return new IncompleteError(`${file}: its first bytes are not on the topic any more`, { cause });
}

async function* bytesAt(
  kafka: Kafka,
  { file, topic, signal }: CatOptions,
  ref: UploadRef,
  { partition, first, until }: FilePlace,
): AsyncGenerator<Uint8Array> {
  const from = new Map([[partition, first]]);
  const consumer = kafka.consumer({
    topic,
    from,
    ...(until === undefined ? {} : { until: new Map([[partition, until]]) }),
    ...(signal === undefined ? {} : { signal }),
    // What of it was the file's own is found to be missing.
    onGap: ({ unreadable }) => {
      if (unreadable === undefined) throw removed(file);
    },
  });
  let position = 0;
  let hasher: Hasher | undefined;
  let checksum: ChecksumAlgorithm | undefined;
  for await (const batch of consumer) {
    for (const record of batch.records) {
      const decoded = readable(record, ref, file);
      if (decoded === undefined || decoded.uploader !== ref.uploader) continue;
      if (decoded.kind === 'pack') {
        const packed = entryOf(decoded, ref, file);
        if (packed === undefined) continue;
        hasher = createHasher(algorithm(packed.digest));
        hasher.update(packed.bytes);
        yield packed.bytes;
        return verify(file, hasher, packed.digest);
      }
      if (decoded.upload !== ref.upload || decoded.path !== ref.path) continue;
      if (decoded.kind === 'abort')
        throw new IncompleteError(`${file}: its sending was given up (${decoded.reason})`);
      if (decoded.kind === 'close') {
        if (position !== decoded.size)
          throw new IncompleteError(`${file}: bytes from ${position} on are not on the topic any more`);
        checksum ??= algorithm(decoded.digest);
        refuseMixed(file, checksum, algorithm(decoded.digest));
        return verify(file, hasher ?? createHasher(checksum), decoded.digest);
      }
      const bytes = fresh(decoded, position, file);
      if (bytes.length === 0) continue;
      checksum ??= decoded.checksum;
      hasher ??= createHasher(checksum);
      hasher.update(bytes);
      position += bytes.length;
      yield bytes;
    }
    batch.release();
  }
  if (!signal?.aborted) throw new IncompleteError(`${file}: the topic ended before the file did`);
}

/** A record that is refused is passed over, unless it was one of the file: what it said will not come again. */
function readable(record: ConsumedRecord, ref: UploadRef, file: string): FileRecord | undefined {
  try {
    return decodeFileRecord(record);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { uploader, path, upload } = refusedRef(record);
    const isOfFile = uploader === ref.uploader && path === ref.path && upload === ref.upload;
    if (isOfFile) throw refusal(file, error.message);
    return undefined;
  }
}

function entryOf(pack: Pack, { path, upload }: UploadRef, file: string): PackedFile | undefined {
  const isWanted = (entry: Pick<RefusedEntry, 'path' | 'upload'>): boolean =>
    entry.upload === upload && entry.path === path;
  const refused = pack.refused.find(isWanted);
  if (refused !== undefined) throw refusal(file, refused.reason);
  return pack.files.find(isWanted);
}

function refusal(file: string, reason: string): IncompleteError {
  return new IncompleteError(`${file}: a record of it is refused: ${reason}`);
}

/** The bytes of a chunk from `position` on: after a restart of its uploader, chunks come again. */
function fresh(chunk: Chunk, position: number, file: string): Uint8Array {
  if (chunk.offset > position) {
    throw new IncompleteError(
      `${file}: bytes ${position}..${chunk.offset - 1} are not on the topic any more`,
    );
  }
  return chunk.bytes.subarray(Math.min(chunk.bytes.length, position - chunk.offset));
}

/** Bytes that have passed cannot be hashed anew by another algorithm: that is no fault of theirs. */
function refuseMixed(file: string, begun: ChecksumAlgorithm, ended: ChecksumAlgorithm): void {
  if (begun === ended) return;
  throw new IncompleteError(
    `${file}: its chunks announce a digest by ${begun}, and its closing record has one by ${ended}: it may be whole, but cannot be verified as it passes; sluice download can do that`,
  );
}

function verify(file: string, hasher: Hasher, wanted: string): void {
  const found = hasher.digest();
  if (found !== wanted)
    throw new IncompleteError(`${file}: its digest is ${found}, and was ${wanted} at the source`);
}

function algorithm(digest: string): ChecksumAlgorithm {
  return digest.slice(0, digest.indexOf(':')) as ChecksumAlgorithm;
}
