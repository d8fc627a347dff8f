/** Reads and writes the claims of one stream on `L.streams`. */
import { FormatError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import { decodeClaim, encodeClaim, type StreamClaim } from '../../records/live-claim.ts';
import { statePartition } from '../../records/state-record.ts';
import type { StandingClaim } from './claim.ts';

/** What was read: up to which offset, and who claims; undefined where the stream was forgotten. */
export type OnClaim = (claim: StandingClaim | undefined) => void;
export type OnPosition = (offset: number, isCut: boolean) => void;

export class ClaimsTopic {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #partition: number;
  readonly #stream: string;
  readonly #producer;

  constructor(kafka: Kafka, topic: TopicDescription, stream: string) {
    this.#kafka = kafka;
    this.#topic = topic.name;
    this.#partition = statePartition(stream, topic.partitions);
    this.#stream = stream;
    // Its own: a renewal must not wait behind megabytes of media.
    this.#producer = kafka.producer();
  }

  async write(claim: StreamClaim): Promise<void> {
    await this.#producer.append(this.#topic, this.#partition, encodeClaim(claim));
  }

  /** The offset behind the newest record of the partition. */
  async end(): Promise<number> {
    return (await this.#kafka.offsets(this.#topic, 'latest')).get(this.#partition) ?? 0;
  }

  /** Tells this stream's claims from an offset to the present end, in order. Returns that end. */
  async read(from: number, onClaim: OnClaim): Promise<number> {
    const end = await this.end();
    const earliest = (await this.#kafka.offsets(this.#topic, 'earliest')).get(this.#partition) ?? 0;
    const begin = Math.max(from, earliest);
    if (begin >= end) return end;
    await this.#each({ from: begin, until: end }, onClaim, () => {});
    return end;
  }

  /**
   * Tells this stream's claims from an offset on until the signal; `onPosition`: everything before has been told. `isCut`: the log was cut
   * there, and is told from there on again.
   */
  async follow(from: number, onClaim: OnClaim, onPosition: OnPosition, signal: AbortSignal): Promise<void> {
    await this.#each({ from, signal }, onClaim, onPosition);
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  async #each(
    range: { readonly from: number; readonly until?: number; readonly signal?: AbortSignal },
    onClaim: OnClaim,
    onPosition: OnPosition,
  ): Promise<void> {
    const { from, until, signal } = range;
    const consumer = this.#kafka.consumer({
      topic: this.#topic,
      from: new Map([[this.#partition, from]]),
      ...(until === undefined ? {} : { until: new Map([[this.#partition, until]]) }),
      ...(signal === undefined ? {} : { signal }),
      onGap: () => {},
      onCut: ({ at }) => onPosition(at, true),
    });
    for await (const batch of consumer) {
      for (const record of batch.records) {
        if (record.key === null || Buffer.from(record.key).toString() !== this.#stream) continue;
        try {
          const claim = decodeClaim(record);
          onClaim(
            claim === undefined ? undefined : { ...claim, at: record.offset, written: record.timestamp },
          );
        } catch (error) {
          // Whoever wrote it does not keep to the format; nobody can have claimed anything by it.
          if (!(error instanceof FormatError)) throw error;
        }
      }
      const { nextOffset } = batch;
      batch.release();
      onPosition(nextOffset, false);
    }
  }
}
