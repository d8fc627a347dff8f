/** Brings the media of segments from Kafka to a place: their inits, then themselves, under names that never stand for anything else. */
import { setTimeout as delay } from 'node:timers/promises';
import { SluiceError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { isPassed } from '../../live/read/segment-place.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { PlainStore } from '../../stores/objects/contract.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { readSegment, type StoredSegment } from '../archive/stored-segment.ts';
import { type NewSegment, placeless } from './catalogue.ts';
import { initPath, media, segmentPath } from './layout.ts';

export interface MediaOutOptions {
  readonly kafka: Kafka;
  /** The media topic, and the stream's partition of it. */
  readonly topic: string;
  readonly partition: number;
  readonly store: PlainStore;
  readonly patiently: Patiently;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for a segment that the index has and the topic has not, and for how long: of a topic that is copied, the index may come first. */
const lookEvery = 1000;
const copiedWithin = 30_000;

export class MediaOut {
  readonly #options: MediaOutOptions;
  readonly #inits = new Map<string, Promise<void>>();

  constructor(options: MediaOutOptions) {
    this.#options = options;
  }

  /** Whether the topic has a segment; waits for one that may still be copied. */
  async has(segment: IndexedSegment): Promise<boolean> {
    return !segment.gap && (await this.#read(segment)) !== undefined;
  }

  /** Resolves when all of a segment stands; as a gap where the topic has it no longer. */
  async put(segment: IndexedSegment): Promise<NewSegment> {
    const stored = segment.gap ? undefined : await this.#read(segment);
    const { epoch, media: number } = segment;
    const listed = placeless(segment);
    if (stored === undefined)
      return { segment: { ...listed, gap: true, parts: 0, sizes: {} }, renditions: {} };
    const all = [...stored.renditions];
    await Promise.all(
      all.map(async ([name, { init, chunks }]) => {
        await this.#init(name, epoch, init);
        await this.#put(segmentPath(name, epoch, number), Buffer.concat(chunks));
      }),
    );
    return {
      segment: listed,
      renditions: Object.fromEntries(all.map(([name, { facts }]) => [name, facts])),
    };
  }

  /** Once for each epoch, and again where that failed. */
  #init(rendition: string, epoch: number, bytes: Buffer): Promise<void> {
    const path = initPath(rendition, epoch);
    const begun = this.#inits.get(path);
    if (begun !== undefined) return begun;
    const putting = this.#put(path, bytes);
    this.#inits.set(path, putting);
    putting.catch(() => this.#inits.delete(path));
    return putting;
  }

  async #put(path: string, bytes: Buffer): Promise<void> {
    const { store, patiently } = this.#options;
    await patiently(() => store.put(store.place.prefix + path, bytes, {}, undefined, media));
  }

  /** Undefined: the topic has it no longer. Rejects once the signal has come. */
  async #read(segment: IndexedSegment): Promise<StoredSegment | undefined> {
    const { kafka, topic, partition, signal } = this.#options;
    const since = performance.now();
    for (let isLast = false; ; ) {
      signal.throwIfAborted();
      try {
        const stored = await readSegment(kafka, topic, partition, segment, signal);
        if (stored !== undefined || isLast) return stored;
        const oldest = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
        const isRemoved = segment.first >= 0 && segment.first < oldest;
        if (isRemoved || performance.now() - since > copiedWithin) return undefined;
        // It may have come, with what stands behind it, since it was looked for.
        isLast = await isPassed(kafka, topic, partition, segment, signal);
        if (isLast) continue;
      } catch (error) {
        // In time it could not be found out: Kafka is away, which it says by itself.
        if (!(error instanceof SluiceError) || error.constructor !== SluiceError) throw error;
      }
      await delay(lookEvery, undefined, { signal });
    }
  }
}
