/** Puts made streams on a topic, with their index and their claim, as a publisher does. */
import type { Kafka, Producer } from '../../src/kafka/contract.ts';
import { SegmentLedger } from '../../src/live/publish/segment-ledger.ts';
import { indexTopicOf, openLiveTopics, streamsTopicOf } from '../../src/live/topics.ts';
import { encodeClaim, type StreamClaim } from '../../src/records/live-claim.ts';
import { encodeIndexEntry, type IndexEntry } from '../../src/records/live-index.ts';
import { encodeLiveRecord, type InitRecord } from '../../src/records/live-record.ts';
import type { MadeRecord } from './live-records.ts';

export interface LiveTopicOptions {
  readonly partitions?: number;
  /** Milliseconds since the epoch of Unix: when programmes began. */
  readonly began?: number;
}

/** A live topic of a test's own. */
export class LiveTopic {
  readonly name: string;
  /** All that was written to the index, in order. */
  readonly index: IndexEntry[] = [];
  readonly #producer: Producer;
  readonly #began: number;
  readonly #ledgers = new Map<string, SegmentLedger>();
  readonly #ends = new Map<string, number>();

  private constructor(kafka: Kafka, name: string, began: number) {
    this.#producer = kafka.producer();
    this.name = name;
    this.#began = began;
  }

  static async open(
    kafka: Kafka,
    name: string,
    { partitions = 1, began = Date.now() }: LiveTopicOptions = {},
  ): Promise<LiveTopic> {
    await openLiveTopics(kafka, name, { partitions, replicationFactor: 1 });
    return new LiveTopic(kafka, name, began);
  }

  /** Appends records of one stream to a partition of `L`; then what has become due in the index, and a claim. */
  async append(made: readonly MadeRecord[], partition = 0): Promise<void> {
    const stream = made[0]?.record.stream ?? '';
    const ledger = this.#ledgers.get(stream) ?? new SegmentLedger(stream);
    this.#ledgers.set(stream, ledger);
    for (const { record, bytes } of made) {
      const entry = ledger.handed(record, bytes.length);
      const carried = record.kind === 'init' || record.kind === 'part';
      const encoded = encodeLiveRecord(record, carried ? bytes : undefined);
      const { offset } = await this.#producer.append(this.name, partition, encoded);
      ledger.acknowledged(entry, offset);
      this.#ends.set(stream, offset + 1);
    }
    for (const due of ledger.takeReady()) {
      if (due.index !== undefined) await this.#index(due.index);
      ledger.indexed(due.entry);
    }
    await this.#claim(made, partition);
  }

  /** As `L` stands, without a record of the index or a claim: what a zombie does, or damage. */
  async appendBare(made: readonly MadeRecord[], partition = 0): Promise<void> {
    for (const { record, bytes } of made) {
      const carried = record.kind === 'init' || record.kind === 'part';
      await this.#producer.append(
        this.name,
        partition,
        encodeLiveRecord(record, carried ? bytes : undefined),
      );
    }
  }

  /** A tombstone: the stream is forgotten. */
  async forget(stream: string): Promise<void> {
    await this.#producer.append(streamsTopicOf(this.name), 0, { key: Buffer.from(stream), value: null });
  }

  async #index(entry: IndexEntry): Promise<void> {
    this.index.push(entry);
    await this.#producer.append(indexTopicOf(this.name), 0, encodeIndexEntry(entry));
  }

  async #claim(made: readonly MadeRecord[], partition: number): Promise<void> {
    const last = made.at(-1)?.record;
    const init = made.findLast(({ record }) => record.kind === 'init')?.record as InitRecord | undefined;
    if (last === undefined) return;
    const claim: StreamClaim = {
      stream: last.stream,
      state: last.kind === 'end' ? 'ended' : 'live',
      epoch: last.epoch,
      owner: 'test',
      host: 'test',
      lasts: 10_000,
      partition,
      began: this.#began,
      media: last.media,
      discontinuities: last.discontinuities,
      offset: this.#ends.get(last.stream) ?? 0,
      targets: init?.targets ?? { part: 200_000, segment: 1_000_000 },
    };
    await this.#producer.append(streamsTopicOf(this.name), 0, encodeClaim(claim));
  }
}
