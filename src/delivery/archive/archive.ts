/** What Kafka holds of streams behind their windows: found by an index in memory, read through a bounded cache. */
import { setTimeout as delay } from 'node:timers/promises';
import { SluiceError } from '../../errors.ts';
import { type Kafka, KafkaError } from '../../kafka/contract.ts';
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import type { Archive } from '../contract.ts';
import { ReadingCache } from './cache.ts';
import { Programme } from './programme.ts';
import { placeOf, readSegment, type StoredSegment } from './stored-segment.ts';

export interface ArchiveOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Microseconds that viewers may go back, at most. */
  readonly rewind: number;
  /** Bytes of older segments that are held. */
  readonly cacheBytes: number;
  /** Ends every reading. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at what retention has removed. */
const lookEvery = 10_000;
/** Segments that are read from Kafka at a time: each takes a connection and some megabytes. */
const readers = 6;
/** Epochs of which is remembered whether their offsets are right here. */
const mostShifts = 10_000;

export class KafkaArchive implements Archive {
  readonly #options: ArchiveOptions;
  readonly #programmes = new Map<string, Programme>();
  readonly #partitions = new Map<string, number>();
  /** By stream and epoch. */
  readonly #shifts = new Map<string, number>();
  readonly #cache: ReadingCache<StoredSegment>;

  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#cache = new ReadingCache({ maxBytes: options.cacheBytes, readers, sizeOf: ({ bytes }) => bytes });
  }

  /** Bytes that are held. */
  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  onIndex(entry: IndexEntry): void {
    const programme = this.#programmes.get(entry.stream) ?? new Programme(this.#options.rewind);
    this.#programmes.set(entry.stream, programme);
    programme.add(entry);
  }

  onClaim(stream: string, claim: StreamClaim | undefined): void {
    if (claim !== undefined) this.#partitions.set(stream, claim.partition);
    else this.forget(stream);
  }

  /** When the newest segment of a stream was captured: microseconds; undefined without one. */
  newestAt(stream: string): number | undefined {
    return this.#programmes.get(stream)?.newest?.captured;
  }

  forget(stream: string): void {
    this.#programmes.delete(stream);
    this.#partitions.delete(stream);
  }

  /** Follows retention until the signal, so that nothing is listed that Kafka holds no more. */
  async followRetention(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await delay(lookEvery, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.lookAtRetention();
    }
  }

  /** Takes out of the index what is gone by now. */
  async lookAtRetention(): Promise<void> {
    const { kafka, topic } = this.#options;
    // A broker that has just come back may not know the topic yet; whether it is gone is for those to say who follow it.
    const oldest = await kafka.offsets(topic, 'earliest').catch(unlessOurFault);
    if (oldest === undefined) return;
    for (const [stream, programme] of this.#programmes) {
      const partition = this.#partitions.get(stream);
      if (partition === undefined) continue;
      const begin = oldest.get(partition) ?? 0;
      for (;;) {
        const epoch = programme.oldest?.epoch;
        if (epoch === undefined) break;
        const shift = await this.#shiftOf(programme, partition, epoch).catch(unlessExpected);
        if (shift === undefined || !programme.removedBefore(begin - shift, epoch)) break;
      }
    }
  }

  /** By how much offsets of an epoch differ here from what the index says: other than 0 of a topic that was copied from elsewhere. */
  async #shiftOf(programme: Programme, partition: number, epoch: number): Promise<number> {
    const { kafka, topic, signal } = this.#options;
    const segment = programme.newestOf(epoch);
    if (segment === undefined || segment.first < 0) return 0;
    const key = `${segment.stream} ${epoch}`;
    const known = this.#shifts.get(key);
    if (known !== undefined) return known;
    const place = await placeOf(kafka, topic, partition, segment, signal);
    // All of it is gone, or is still to be copied: then the next look will tell.
    if (place === undefined) return 0;
    if (this.#shifts.size >= mostShifts) this.#shifts.clear();
    this.#shifts.set(key, place - segment.first);
    return place - segment.first;
  }

  segments(stream: string): readonly IndexedSegment[] {
    return this.#programmes.get(stream)?.segments() ?? [];
  }

  async bytes(
    stream: string,
    rendition: string,
    epoch: number,
    media: number,
    signal?: AbortSignal,
  ): Promise<readonly Buffer[] | undefined> {
    const segment = this.#programmes.get(stream)?.find(epoch, media);
    if (segment === undefined || segment.gap || !Object.hasOwn(segment.sizes, rendition)) return undefined;
    return (await this.#stored(segment, signal))?.renditions.get(rendition)?.chunks;
  }

  async init(
    stream: string,
    rendition: string,
    epoch: number,
    signal?: AbortSignal,
  ): Promise<Buffer | undefined> {
    const segment = this.#programmes.get(stream)?.newestOf(epoch, rendition);
    if (segment === undefined) return undefined;
    return (await this.#stored(segment, signal))?.renditions.get(rendition)?.init;
  }

  async renditions(stream: string, signal?: AbortSignal): ReturnType<Archive['renditions']> {
    const segment = this.#programmes.get(stream)?.newestOf();
    const stored = segment === undefined ? undefined : await this.#stored(segment, signal);
    return [...(stored?.renditions ?? [])]
      .map(([name, { facts, targets }]) => ({ name, facts, targets }))
      .sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
  }

  async #stored(segment: IndexedSegment, signal?: AbortSignal): Promise<StoredSegment | undefined> {
    const { kafka, topic, signal: end } = this.#options;
    const { stream, epoch, media } = segment;
    const partition = this.#partitions.get(stream);
    if (partition === undefined) return undefined;
    // One who goes away must not end what others wait for.
    const read = async () => {
      const shift = this.#shifts.get(`${stream} ${epoch}`) ?? 0;
      const stored = await readSegment(kafka, topic, partition, segment, end, { shift });
      // Most likely retention was faster than our looks at it.
      if (stored === undefined && !end.aborted) await this.lookAtRetention();
      return stored;
    };
    return unlessAborted(this.#cache.take(`${stream} ${epoch} ${media}`, read, signal), signal);
  }
}

/** What could not be found out now is found out at the next look. */
function unlessExpected(error: unknown): undefined {
  if (!(error instanceof SluiceError)) throw error;
}

function unlessOurFault(error: unknown): undefined {
  if (!(error instanceof KafkaError)) throw error;
}

/** Resolves as `promise` does; with undefined once the signal has come. */
async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (signal === undefined) return promise;
  const gone = Promise.withResolvers<undefined>();
  const stop = (): void => gone.resolve(undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
