/** Follows the three topics of live video, and hands on what counts. */
import { describeError, FormatError } from '../../errors.ts';
import type { AssignedReading, ConsumedRecord, Kafka, OffsetAt } from '../../kafka/contract.ts';
import type { Logger } from '../../log.ts';
import { decodeClaim } from '../../records/live-claim.ts';
import { decodeIndexEntry } from '../../records/live-index.ts';
import { decodeLiveRecord } from '../../records/live-record.ts';
import type { LiveFeedHandler } from '../feed.ts';
import { indexTopicOf, streamsTopicOf } from '../topics.ts';
import { Admission } from './admission.ts';
import { ownCopy } from './own-copy.ts';
import { type Span, WindowSpans } from './start.ts';

export interface FollowOptions {
  readonly kafka: Kafka;
  /** The media topic; all three must exist. */
  readonly topic: string;
  readonly handler: LiveFeedHandler;
  /** Microseconds of media that are to be there from the beginning on. */
  readonly window: number;
  /** Microseconds that the index is read back, from the end of a programme that is over by less than that. */
  readonly rewind: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Called once: all that stood on the topics when reading began has been handed on. */
  readonly onCaughtUp: () => void;
  /** Records were passed over, because they are not what FORMAT.md says, or because retention was faster than we. */
  readonly onPassedOver?: (count: number) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Publishers and brokers need not have the same clock as we, and a segment is indexed some time after it was captured. */
const margin = 30_000;
/** Milliseconds behind the beginning of a stream's last closed segment in which the parts of an open one may stand. */
const openFor = 60_000;
/** Bytes that each of the three consumers may fetch ahead. */
const bufferBytes = 16 * 1024 * 1024;

/**
 * Reads until the signal. Rejects with KafkaError when a topic is gone or was made anew: then everything that was handed on is void.
 */
export async function followLive(options: FollowOptions): Promise<void> {
  const { kafka, topic, handler, signal, window, rewind, now = Date.now } = options;
  const inner = new AbortController();
  const stop = (): void => inner.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const spans = new WindowSpans(window);
  const reading = new Reading(options, inner.signal);
  const claims = streamsTopicOf(topic);
  const index = indexTopicOf(topic);
  const onClaim = (record: ConsumedRecord): void => {
    const claim = decodeClaim(record);
    const stream = claim?.stream ?? Buffer.from(record.key ?? []).toString();
    spans.onClaim(stream, claim);
    handler.onClaim(stream, claim);
  };
  const onIndex = (record: ConsumedRecord): void => {
    const entry = decodeIndexEntry(record);
    spans.onIndex(entry);
    handler.onIndex(entry);
  };
  try {
    const begin = Math.max(0, Math.floor(now() - window / 1000 - margin));
    const [from, ends] = await Promise.all([
      kafka.offsets(topic, { time: begin }),
      kafka.offsets(topic, 'latest'),
    ]);
    // Both are small, and say what is to be read of the third.
    const [claimsAt, indexAt] = await Promise.all([
      reading.toEnd(claims, 'earliest', onClaim),
      // Twice: what began that long before its end, which may be as long ago.
      reading.toEnd(index, { time: Math.max(0, Math.floor(now() - (2 * rewind) / 1000 - margin)) }, onIndex),
    ]);
    const admission = new Admission();
    for (const span of spans.before(begin * 1000)) await reading.span(span, admission, from);
    const behind = new Map([...ends].filter(([partition, end]) => end > (from.get(partition) ?? 0)));
    const reached = (partition: number, nextOffset: number): void => {
      if (nextOffset < (behind.get(partition) ?? Infinity)) return;
      behind.delete(partition);
      if (behind.size === 0) options.onCaughtUp();
    };
    if (behind.size === 0) options.onCaughtUp();
    const media = { topic, from, newPartitions: true };
    await Promise.all([
      reading.run({ topic: claims, from: claimsAt, newPartitions: true }, onClaim),
      reading.run({ topic: index, from: indexAt, newPartitions: true }, onIndex),
      reading.run(media, (record) => reading.media(record, admission), reached),
    ]);
  } finally {
    // When one of them fails the others must not go on.
    inner.abort();
    signal.removeEventListener('abort', stop);
  }
}

type OnRecord = (record: ConsumedRecord) => void;

/** Reading as a server needs it: what is wrong with one record never stops it. */
class Reading {
  readonly #options: FollowOptions;
  readonly #signal: AbortSignal;
  #passedOver = 0;

  constructor(options: FollowOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Reads what is there; gives where to go on. */
  async toEnd(topic: string, at: OffsetAt, onRecord: OnRecord): Promise<ReadonlyMap<number, number>> {
    const { kafka } = this.#options;
    const [from, until] = await Promise.all([kafka.offsets(topic, at), kafka.offsets(topic, 'latest')]);
    await this.run({ topic, from, until }, onRecord);
    return until;
  }

  /** What a stream that was silent needs, up to where everything is read from (`from`), or as far as its last segment may go. */
  async span(span: Span, admission: Admission, from: ReadonlyMap<number, number>): Promise<void> {
    const { kafka, topic } = this.#options;
    const { stream, partition, first, next, begins, captured } = span;
    const [earlier, later, ends] = await Promise.all([
      kafka.offsets(topic, { time: Math.max(0, Math.floor(begins / 1000) - margin) }),
      kafka.offsets(topic, { time: Math.ceil(captured / 1000) + openFor }),
      kafka.offsets(topic, 'latest'),
    ]);
    const end = ends.get(partition) ?? 0;
    const begin = Math.min(first, earlier.get(partition) ?? first);
    const until = Math.min(from.get(partition) ?? next, Math.max(next, later.get(partition) ?? next), end);
    if (until <= begin) return;
    const bounded = { topic, from: new Map([[partition, begin]]), until: new Map([[partition, until]]) };
    await this.run(bounded, (record) => this.media(record, admission, stream));
  }

  async run(
    reading: Omit<AssignedReading, 'signal' | 'onGap' | 'bufferBytes'>,
    onRecord: OnRecord,
    onRead: (partition: number, nextOffset: number) => void = () => {},
  ): Promise<void> {
    const { kafka, logger } = this.#options;
    const consumer = kafka.consumer({
      ...reading,
      bufferBytes,
      signal: this.#signal,
      onGap: ({ partition, from, earliest, unreadable }) => {
        const { topic } = reading;
        if (unreadable === undefined)
          logger.debug({ topic, partition, from, earliest }, 'retention was faster');
        else this.#passOver({ topic, partition, reason: unreadable }, `offsets ${from}..${earliest - 1}`);
      },
    });
    for await (const batch of consumer) {
      for (const record of batch.records) this.#attempt(reading.topic, batch.partition, record, onRecord);
      batch.release();
      onRead(batch.partition, batch.nextOffset);
      if (this.#signal.aborted) return;
    }
  }

  /** `only`: of this stream. */
  media(record: ConsumedRecord, admission: Admission, only?: string): void {
    const decoded = decodeLiveRecord(record);
    if (decoded === undefined || (only !== undefined && decoded.stream !== only)) return;
    if (!admission.admits(decoded)) return;
    // Its own memory: a view would keep the whole frame, and the consumer gives that back.
    const bytes = ownCopy(record.value);
    this.#options.handler.onRecord(decoded, bytes, record.offset);
  }

  #attempt(topic: string, partition: number, record: ConsumedRecord, onRecord: OnRecord): void {
    try {
      onRecord(record);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const { offset } = record;
      this.#passOver({ topic, partition, offset, reason: describeError(error) }, `record ${offset}`);
    }
  }

  #passOver(
    facts: {
      readonly topic: string;
      readonly partition: number;
      readonly reason: string;
      readonly offset?: number;
    },
    what: string,
  ): void {
    this.#passedOver += 1;
    this.#options.onPassedOver?.(this.#passedOver);
    // Once in a while: somebody may append what is not ours for as long as he likes.
    const level = Number.isInteger(Math.log2(this.#passedOver)) ? 'warn' : 'debug';
    this.#options.logger[level](facts, `${what} of ${facts.topic}/${facts.partition} was passed over`);
  }
}
