/** One file's bytes from the topic, in order, verified as they pass. */
import { ConfigurationError, FormatError, IncompleteError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import { type ConsumedRecord, type Kafka, KafkaError } from '../kafka/contract.ts';
import { type ChecksumAlgorithm, createHasher, type Hasher } from '../records/checksum.ts';
import {
  type Chunk,
  type Close,
  decodeFileRecord,
  type FileRecord,
  type Pack,
  refusedRef,
  type UploadRef,
} from '../records/file-record.ts';
import { isOfNames } from '../records/names-record.ts';
import { decodeSealed } from '../records/open-sealed.ts';
import type { PackedFile, RefusedEntry } from '../records/pack.ts';
import { isSealed } from '../records/topic-record.ts';
import { Room } from '../stores/room.ts';
import { type BytesIn, bytesInParts, piecesOf } from './incoming/bytes-in.ts';
import { InOrder } from './incoming/in-order.ts';
import { clientOptions } from './run/client-options.ts';
import { Keyring } from './shared/keyring.ts';
import type { CatOptions } from './shared/reading-options.ts';
import { type FilePlace, locate } from './state/locate.ts';
import { readEnding } from './state/read-ending.ts';

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

/** How much may be in memory, in bytes: as {@link Kafka.consumer} takes it. */
export interface CatBuffers {
  readonly bufferBytes: number;
  readonly aheadBytes: number;
}

/** The same through any client; it stays open. */
export async function* catFrom(
  kafka: Kafka,
  options: CatOptions,
  buffers?: CatBuffers,
): AsyncGenerator<Uint8Array> {
  const { file, topic } = options;
  const slash = file.indexOf('/');
  if (slash < 1)
    throw new ConfigurationError(`"${file}" is not UPLOADER/PATH: sluice list shows the files of the topic`);
  const uploader = file.slice(0, slash);
  const path = file.slice(slash + 1);
  const { upload, follow = false } = options;
  const keyring = await Keyring.open(options);
  const where = (version = upload): Promise<FilePlace> =>
    locate(kafka, topic, { uploader, path, upload: version, follow }, keyring);
  const place = await where();
  try {
    const ref = { uploader, path: place.path, upload: place.upload };
    const again = (): Promise<FilePlace> =>
      place.digest === undefined ? where(ref.upload) : Promise.resolve(place);
    yield* bytesAt(kafka, { ...options, keyring, buffers }, ref, place, again);
  } catch (cause) {
    if (!(cause instanceof KafkaError && cause.kind === 'out-of-range')) throw cause;
    throw removed(file, cause);
  }
}

function removed(file: string, cause?: unknown): IncompleteError {
  return new IncompleteError(`${file}: its first bytes are not on the topic any more`, { cause });
}

/** Bytes of chunks that stand before their turn, as they do where they came over several connections: the topic is read again behind so many. */
const earlyBytes = 64 * 1024 * 1024;

/** What has been given of a file. */
interface Given {
  readonly inOrder: InOrder;
  hasher?: Hasher;
  checksum?: ChecksumAlgorithm;
  /** Of a delta: the former uploads that have bytes of it. */
  readonly others: readonly BytesIn[];
}

type Reading = CatOptions & { readonly keyring: Keyring; readonly buffers: CatBuffers | undefined };

async function* bytesAt(
  kafka: Kafka,
  options: Reading,
  ref: UploadRef,
  place: FilePlace,
  where: () => Promise<FilePlace>,
): AsyncGenerator<Uint8Array> {
  const given: Given = {
    inOrder: new InOrder(new Room(earlyBytes)),
    ...(await madeOf(kafka, options, ref, place)),
  };
  const read = (from: FilePlace) => readOnce(kafka, options, ref, from, given);
  for (let from = place; ; given.inOrder.again()) {
    const { position: before } = given.inOrder;
    const end = yield* read(from);
    if (end === 'all') return;
    // What is next would have been given, however much came before its turn.
    if (given.inOrder.hasPassedOver && given.inOrder.position > before) continue;
    // Of what is still being sent, a record that stands earlier may have become known since.
    const now = await where();
    if (now.first >= from.first) throw end;
    from = now;
  }
}

/** Of what else than its own chunks a delta is made, and by which algorithm its digest is. */
async function madeOf(
  kafka: Kafka,
  { file, topic }: Reading,
  { uploader, path, upload }: UploadRef,
  { partition, delta }: FilePlace,
): Promise<Pick<Given, 'others' | 'checksum'>> {
  if (delta === undefined) return { others: [] };
  const ending = await readEnding(kafka, topic, partition, delta);
  const isIt = ending?.uploader === uploader && ending.path === path && ending.upload === upload;
  if (ending?.kind !== 'delta' || !isIt) throw removed(file);
  return { others: bytesInParts(ending.parts), checksum: algorithm(ending.digest) };
}

/** What a file has of a chunk: its own, or one of a former upload. */
function wantedOf(
  chunk: Chunk,
  { path, upload }: UploadRef,
  others: readonly BytesIn[],
): Pick<Chunk, 'offset' | 'bytes'>[] {
  if (chunk.upload === upload) return chunk.path === path ? [chunk] : [];
  const from = others.find((one) => one.upload === chunk.upload);
  return from !== undefined && from.path === chunk.path && from.size === chunk.size
    ? piecesOf(from, chunk)
    : [];
}

async function* readOnce(
  kafka: Kafka,
  { file, topic, keyring, signal, buffers }: Reading,
  ref: UploadRef,
  place: FilePlace,
  given: Given,
): AsyncGenerator<Uint8Array, 'all' | IncompleteError> {
  const { inOrder } = given;
  const { first, digest: wanted } = place;
  let closed: Close | undefined;
  const consumer = kafka.consumer({
    topic,
    ...spanOf(place),
    ...buffers,
    ...(signal === undefined ? {} : { signal }),
    // What of it was the file's own is found to be missing.
    onGap: ({ unreadable }) => {
      if (unreadable === undefined) throw removed(file);
    },
  });
  for await (const batch of consumer) {
    for (const record of batch.records) {
      const decoded = isSealed(record)
        ? await opened(record, keyring, ref, { file, isFirst: record.offset === first })
        : readable(record, ref, file);
      if (decoded === undefined || decoded.uploader !== ref.uploader) continue;
      if (decoded.kind === 'pack') {
        const packed = entryOf(decoded, ref, file);
        if (packed === undefined) continue;
        const hasher = createHasher(algorithm(packed.digest));
        hasher.update(packed.bytes);
        yield packed.bytes;
        verify(file, hasher, wanted ?? packed.digest);
        return 'all';
      }
      if (isOfNames(decoded) || decoded.kind === 'copy') continue;
      if (decoded.kind === 'chunk') {
        for (const piece of wantedOf(decoded, ref, given.others)) {
          given.checksum ??= decoded.checksum;
          given.hasher ??= createHasher(given.checksum);
          for (const bytes of inOrder.take(piece)) {
            given.hasher.update(bytes);
            yield bytes;
          }
        }
        // Of what is striped the closing record may have come before.
        if (closed === undefined || inOrder.position !== closed.size) continue;
        proven(given, file, closed.digest, wanted);
        return 'all';
      }
      if (decoded.upload !== ref.upload || decoded.path !== ref.path) continue;
      if (decoded.kind === 'abort')
        throw new IncompleteError(`${file}: its sending was given up (${decoded.reason})`);
      if (inOrder.position !== decoded.size) {
        if (place.stripes === undefined || decoded.kind !== 'close') return lacking(file, inOrder.position);
        closed = decoded;
        continue;
      }
      proven(given, file, decoded.digest, wanted);
      return 'all';
    }
    batch.release();
  }
  if (closed !== undefined && !signal?.aborted) return lacking(file, inOrder.position);
  if (!signal?.aborted) throw new IncompleteError(`${file}: the topic ended before the file did`);
  return 'all';
}

/** The partitions that have records of it, and from where to where they do. */
function spanOf({ partition, first, until, stripes = [] }: FilePlace) {
  const from = new Map<number, number>(
    [...stripes, [partition, first]].map(([where, first]) => [where!, first!]),
  );
  if (until === undefined) return { from };
  const ends = stripes.map(([where, , last]): [number, number] => [where, last + 1]);
  return { from, until: new Map([...ends, [partition, until]]) };
}

/** Throws for bytes that do not have the digest. */
function proven(given: Given, file: string, digest: string, wanted: string | undefined): void {
  given.checksum ??= algorithm(digest);
  refuseMixed(file, given.checksum, algorithm(digest));
  verify(file, given.hasher ?? createHasher(given.checksum), wanted ?? digest);
}

function lacking(file: string, position: number): IncompleteError {
  return new IncompleteError(`${file}: bytes from ${position} on are not on the topic any more`);
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

/** The same of a record that is encrypted; its path may be a hash. Others' stay shut: they may be many. */
async function opened(
  record: ConsumedRecord,
  keyring: Keyring,
  ref: UploadRef,
  { file, isFirst }: { readonly file: string; readonly isFirst: boolean },
): Promise<FileRecord | undefined> {
  try {
    const sealed = decodeSealed(record);
    const isOfFile = sealed.upload === ref.upload || (sealed.of === 'pack' && isFirst);
    if (sealed.uploader !== ref.uploader || !isOfFile) return undefined;
    const found = await keyring.open(sealed);
    if (found === undefined) throw new IncompleteError(`${file}: it is encrypted, and ${keyring.whyLocked}`);
    return found;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { uploader, upload } = refusedRef(record);
    if (uploader === ref.uploader && (isFirst || upload === ref.upload)) throw refusal(file, error.message);
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
