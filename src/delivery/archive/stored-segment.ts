/** One segment, of all its renditions, as it stands on Kafka. */
import { FormatError, SluiceError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { ownCopy } from '../../live/read/own-copy.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import {
  decodeLiveRecord,
  type InitRecord,
  type LiveRecord,
  type PartRecord,
  type RenditionFacts,
  type Targets,
} from '../../records/live-record.ts';

export interface StoredRendition {
  readonly init: Buffer;
  readonly facts: RenditionFacts;
  readonly targets: Targets;
  /** Its chunks, in order. */
  readonly chunks: readonly Buffer[];
}

export interface StoredSegment {
  readonly renditions: ReadonlyMap<string, StoredRendition>;
  /** Of all that it holds in memory. */
  readonly bytes: number;
}

/** Records are appended after their picture was taken; clocks of publishers and brokers may differ by so many milliseconds. */
const clocksDiffer = 10_000;
/** Milliseconds that a reading may take: while Kafka is away nobody is to be held up for ever. */
const longest = 15_000;
const bufferBytes = 8 * 1024 * 1024;

export interface ReadingOptions {
  readonly patience?: number;
  /** By how much offsets of the index differ from those of this topic, which may be a copy. */
  readonly shift?: number;
}

/**
 * Undefined when Kafka has not, or no longer, all of it. Rejects with SluiceError when that could not be found out: before the
 * signal, or within `patience` milliseconds.
 */
export async function readSegment(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexedSegment,
  signal: AbortSignal,
  { patience = longest, shift = 0 }: ReadingOptions = {},
): Promise<StoredSegment | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const late = `segment ${segment.media} of ${segment.stream} could not be read in time; ask again`;
  return orLate(read(kafka, topic, partition, segment, over, shift), over, late);
}

/** Rejects with the words once the signal has come. A promise that comes to nothing then is of no interest any more. */
async function orLate<T>(promise: Promise<T>, signal: AbortSignal, words: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const onAbort = (): void => late.reject(new SluiceError(words));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Where a segment's first record stands. The index says so by offsets, and these are of the cluster that it was written on: of a topic that
 * was copied (by MirrorMaker, say) they prove nothing, so that what stands there is looked at, and the segment searched by its time if it
 * is another one. Undefined: it does not stand on this topic, not yet or no longer.
 */
export async function placeOf(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexedSegment,
  signal: AbortSignal,
): Promise<number | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
  const late = `segment ${segment.media} of ${segment.stream} could not be looked for in time`;
  const find = async (from: number, most: number): Promise<number | undefined> => {
    let place: number | undefined;
    await eachRecord({ kafka, topic, partition, from, until: from + most, signal: over }, (consumed) => {
      const order = orderOf(readable(consumed), segment);
      if (order === 0) place = consumed.offset;
      return order !== undefined && order >= 0;
    });
    return place;
  };
  const look = async (): Promise<number | undefined> => {
    const asTold = segment.first >= 0 ? await find(segment.first, 1) : undefined;
    return asTold ?? find(await offsetAt(kafka, topic, partition, segment), Number.POSITIVE_INFINITY);
  };
  return orLate(look(), over, late);
}

/** `shift`: what is to be added to the offsets that the index says. */
async function read(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexedSegment,
  signal: AbortSignal,
  shift: number,
): Promise<StoredSegment | undefined> {
  const { first, next } = segment;
  const gather = async (from: number, until: number): Promise<StoredSegment | undefined> => {
    const pieces = new Pieces(segment);
    const whole = await eachRecord({ kafka, topic, partition, from, until, signal }, (record) => {
      pieces.take(record);
      return pieces.passed;
    });
    return whole ? pieces.finish() : undefined;
  };
  const asTold = first >= 0 && next >= 0 ? await gather(first + shift, next + shift) : undefined;
  return asTold ?? gather(await offsetAt(kafka, topic, partition, segment), Number.POSITIVE_INFINITY);
}

interface Stretch {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** Exclusive; what is behind the end is not waited for. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Calls `take` with each record until it gives true. False: some of the stretch is not there. */
async function eachRecord(stretch: Stretch, take: (record: ConsumedRecord) => boolean): Promise<boolean> {
  const { kafka, topic, partition, from, signal } = stretch;
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const until = stretch.until === Number.POSITIVE_INFINITY ? end : stretch.until;
  if (from < 0 || from >= until || until > end) return false;
  let removed = false;
  const consumer = kafka.consumer({
    topic,
    from: new Map([[partition, from]]),
    until: new Map([[partition, until]]),
    bufferBytes,
    signal,
    onGap: () => {
      removed = true;
    },
  });
  for await (const batch of consumer) {
    const enough = removed || batch.records.some(take);
    batch.release();
    if (enough) break;
  }
  return !removed;
}

/** Whether a record stands before a segment (less than 0), belongs to it (0) or stands behind it; undefined: it is of another stream. */
function orderOf(
  record: LiveRecord | undefined,
  { stream, epoch, media }: IndexedSegment,
): number | undefined {
  if (record?.stream !== stream) return undefined;
  return record.epoch === epoch ? record.media - media : record.epoch - epoch;
}

async function offsetAt(kafka: Kafka, topic: string, partition: number, { captured }: IndexedSegment) {
  const time = Math.max(0, Math.floor(captured / 1000) - clocksDiffer);
  return (await kafka.offsets(topic, { time })).get(partition) ?? 0;
}

/** Gathers a segment's records from among those of others. */
class Pieces {
  readonly #segment: IndexedSegment;
  readonly #inits = new Map<string, { readonly record: InitRecord; readonly bytes: Buffer }>();
  readonly #chunks = new Map<string, { readonly record: PartRecord; readonly bytes: Buffer }[]>();
  #sequence = -1;
  /** A record of this stream came that stands behind the segment. */
  passed = false;

  constructor(segment: IndexedSegment) {
    this.#segment = segment;
  }

  take(consumed: ConsumedRecord): void {
    const record = readable(consumed);
    const order = orderOf(record, this.#segment);
    if (record === undefined || order === undefined) return;
    if (order > 0) this.passed = true;
    if (order !== 0 || record.sequence <= this.#sequence) return;
    this.#sequence = record.sequence;
    // A copy: the record is a view of memory that the consumer uses again.
    if (record.kind === 'init') {
      this.#inits.set(record.rendition, { record, bytes: ownCopy(consumed.value) });
    } else if (record.kind === 'part') {
      const chunks = this.#chunks.get(record.rendition) ?? [];
      this.#chunks.set(record.rendition, chunks);
      chunks.push({ record, bytes: ownCopy(consumed.value) });
    }
  }

  finish(): StoredSegment | undefined {
    const renditions = new Map<string, StoredRendition>();
    let bytes = 0;
    for (const [name, size] of Object.entries(this.#segment.sizes)) {
      const init = this.#inits.get(name);
      const chunks = this.#chunks.get(name) ?? [];
      let sum = chunks.reduce((total, chunk) => total + chunk.bytes.length, 0);
      // A part that the encoder's end cut off may stand there, and is not counted.
      while (sum > size && chunks.length > 0) sum -= chunks.pop()!.bytes.length;
      if (init === undefined || sum !== size) return undefined;
      const { facts, targets } = init.record;
      renditions.set(name, { init: init.bytes, facts, targets, chunks: chunks.map((chunk) => chunk.bytes) });
      bytes += init.bytes.length + sum;
    }
    return { renditions, bytes };
  }
}

function readable(record: ConsumedRecord): LiveRecord | undefined {
  try {
    return decodeLiveRecord(record);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
