/** One segment, of all its renditions, as it stands on Kafka. */
import { SluiceError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { ownCopy } from '../../live/read/own-copy.ts';
import { eachRecord, findSegment, offsetAt, orderOf, readable } from '../../live/read/segment-place.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { InitRecord, PartRecord, RenditionFacts, Targets } from '../../records/live-record.ts';

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

/** Milliseconds that a reading may take: while Kafka is away nobody is to be held up for ever. */
const longest = 15_000;

export interface ReadingOptions {
  readonly timeout?: number;
  /** By how much offsets of the index differ from those of this topic, which may be a copy. */
  readonly shift?: number;
}

/**
 * Undefined when Kafka has not, or no longer, all of it. Rejects with SluiceError when that could not be found out: before the
 * signal, or within `timeout` milliseconds.
 */
export async function readSegment(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexedSegment,
  signal: AbortSignal,
  { timeout = longest, shift = 0 }: ReadingOptions = {},
): Promise<StoredSegment | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
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

/** {@link findSegment}; rejects with SluiceError when that could not be found out in time. */
export async function placeOf(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexedSegment,
  signal: AbortSignal,
): Promise<number | undefined> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
  const late = `segment ${segment.media} of ${segment.stream} could not be looked for in time`;
  return orLate(findSegment(kafka, topic, partition, segment, over), over, late);
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
      return pieces.isOver;
    });
    return whole ? pieces.finish() : undefined;
  };
  const asTold = first >= 0 && next >= 0 ? await gather(first + shift, next + shift) : undefined;
  return asTold ?? gather(await offsetAt(kafka, topic, partition, segment), Number.POSITIVE_INFINITY);
}

/** Gathers a segment's records from among those of others. */
class Pieces {
  readonly #segment: IndexedSegment;
  readonly #inits = new Map<string, { readonly record: InitRecord; readonly bytes: Buffer }>();
  readonly #chunks = new Map<string, { readonly record: PartRecord; readonly bytes: Buffer }[]>();
  #sequence = -1;
  #isOver = false;

  constructor(segment: IndexedSegment) {
    this.#segment = segment;
  }

  /** Nothing of the segment can follow. One rendition begins the next segment before another one has ended this, but not the one behind that. */
  get isOver(): boolean {
    return this.#isOver;
  }

  take(consumed: ConsumedRecord): void {
    const record = readable(consumed);
    const order = orderOf(record, this.#segment);
    if (record === undefined || order === undefined) return;
    if (order > 1 || (order > 0 && record.epoch !== this.#segment.epoch)) this.#isOver = true;
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
