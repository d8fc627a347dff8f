/** What Kafka holds of streams behind their windows: an index in memory, and bytes read when they are asked for. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from '../../kafka/contract.ts';
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import type { RenditionFacts, Targets } from '../../records/live-record.ts';
import type { Archive } from '../contract.ts';
import { ByteCache } from './cache.ts';
import { type ReadSegment, readSegment } from './read-segment.ts';
import { SegmentIndex } from './segments.ts';

export interface ArchiveOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Microseconds that viewers may go back, at most. */
  readonly rewind: number;
  /** Bytes of older segments that are held. */
  readonly cacheBytes: number;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks at what retention has removed. */
const lookEvery = 10_000;

export class KafkaArchive implements Archive {
  readonly #options: ArchiveOptions;
  readonly #indexes = new Map<string, SegmentIndex>();
  readonly #partitions = new Map<string, number>();
  readonly #cache: ByteCache<ReadSegment>;

  constructor(options: ArchiveOptions) {
    this.#options = options;
    this.#cache = new ByteCache(options.cacheBytes);
  }

  /** Bytes that are held. */
  get cachedBytes(): number {
    return this.#cache.bytes;
  }

  onIndex(entry: IndexEntry): void {
    let index = this.#indexes.get(entry.stream);
    if (index === undefined) {
      index = new SegmentIndex(this.#options.rewind);
      this.#indexes.set(entry.stream, index);
    }
    index.add(entry);
  }

  onClaim(stream: string, claim: StreamClaim | undefined): void {
    if (claim !== undefined) this.#partitions.set(stream, claim.partition);
    else this.#indexes.delete(stream);
  }

  /** Follows retention until the signal, so that nothing is listed that Kafka holds no more. Rejects with KafkaError. */
  async followRetention(): Promise<void> {
    const { kafka, topic, signal } = this.#options;
    while (!signal.aborted) {
      await delay(lookEvery, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      this.#removeBefore(await kafka.offsets(topic, 'earliest'));
    }
  }

  /** Takes out of the index what is gone by now. */
  async lookAtRetention(): Promise<void> {
    this.#removeBefore(await this.#options.kafka.offsets(this.#options.topic, 'earliest'));
  }

  segments(stream: string, from?: number): readonly IndexedSegment[] {
    return this.#indexes.get(stream)?.from(from) ?? [];
  }

  async bytes(
    stream: string,
    rendition: string,
    epoch: number,
    media: number,
    signal?: AbortSignal,
  ): Promise<readonly Buffer[] | undefined> {
    const segment = this.#indexes.get(stream)?.find(epoch, media);
    if (segment === undefined || segment.gap) return undefined;
    return (await this.#read(segment, signal))?.renditions.get(rendition)?.chunks;
  }

  async init(
    stream: string,
    rendition: string,
    epoch: number,
    signal?: AbortSignal,
  ): Promise<Buffer | undefined> {
    const segment = this.#indexes.get(stream)?.newestOf(epoch);
    if (segment === undefined) return undefined;
    return (await this.#read(segment, signal))?.renditions.get(rendition)?.init?.bytes;
  }

  async renditions(
    stream: string,
    signal?: AbortSignal,
  ): Promise<
    readonly { readonly name: string; readonly facts: RenditionFacts; readonly targets: Targets }[]
  > {
    const index = this.#indexes.get(stream);
    const newest = index?.from().findLast(({ gap }) => !gap);
    if (newest === undefined) return [];
    const read = await this.#read(newest, signal);
    return [...(read?.renditions ?? [])]
      .flatMap(([name, { init }]) => (init === undefined ? [] : [{ name, ...announced(init.record) }]))
      .sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));
  }

  /** The reading serves all who wait for it: it is not for one of them to end it, only to wait no longer. */
  async #read(segment: IndexedSegment, signal?: AbortSignal): Promise<ReadSegment | undefined> {
    const { kafka, topic } = this.#options;
    const partition = this.#partitions.get(segment.stream);
    if (partition === undefined || segment.first < 0) return undefined;
    const key = `${segment.stream} ${segment.epoch} ${segment.media}`;
    const reading = this.#cache.get(key, () =>
      readSegment(kafka, { topic, partition, segment }, this.#options.signal),
    );
    if (signal === undefined) return reading;
    return Promise.race([reading, aborted(signal)]);
  }

  #removeBefore(oldest: ReadonlyMap<number, number>): void {
    for (const [stream, index] of this.#indexes) {
      const partition = this.#partitions.get(stream);
      if (partition !== undefined) index.removeBefore(oldest.get(partition) ?? 0);
    }
  }
}

function announced({ facts, targets }: { readonly facts: RenditionFacts; readonly targets: Targets }) {
  return { facts, targets };
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
