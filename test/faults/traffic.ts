/** Numbered records, sent and read without end while something is being broken, and the account of them afterwards. */
import type { Kafka, ProducerOptions } from '../../src/kafka/contract.ts';
import { waitFor } from '../support/wait.ts';
import { type Account, settle } from './account.ts';
import { Receiving } from './receiving.ts';
import { type Refusal, Sending } from './sending.ts';
import { standing } from './witness.ts';

export interface TrafficOptions {
  readonly topic: string;
  readonly partitions: number;
  /** Bytes of a record's value, one number or by the record's number. Default 2000. */
  readonly size?: number | ((number: number) => number);
  /** The longest record, where `size` is a function. */
  readonly largest?: number;
  /** Milliseconds between two rounds of one record to each partition. Default 5. */
  readonly interval?: number;
  /** The number before the first. Default 0. */
  readonly after?: number;
  /** Which rejections of the producer are part of the fault. Default: none is. */
  readonly isExpected?: (error: Error) => boolean;
  readonly producer?: ProducerOptions;
  /** `host:port,...` for the independent reader; default: what the cluster advertises to `reader`. */
  readonly witness?: string;
}

/** How it went. Times in seconds. */
export interface Outcome extends Account {
  /** Rejected as the fault has it. */
  readonly refused: number;
  /** The longest that a record waited for its acknowledgement. */
  readonly longestStall: number;
}

const producerBytes = 4 * 1024 * 1024;
const consumerBytes = 8 * 1024 * 1024;
/** Far beyond what any fault may take: what has not come by then does not come. */
const patience = 180_000;

export class Traffic {
  readonly #options: TrafficOptions;
  readonly #reader: Kafka;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #sizeOf: (number: number) => number;

  /** Begins. `writer` and `reader` are clients of the same cluster; the topic is there and empty. */
  constructor(writer: Kafka, reader: Kafka, options: TrafficOptions) {
    const { topic, partitions, size = 2000, interval = 5, after = 0 } = options;
    this.#options = options;
    this.#reader = reader;
    this.#sizeOf = typeof size === 'number' ? () => size : size;
    const largest = typeof size === 'number' ? size : (options.largest ?? 0);
    const producer = writer.producer({ bufferBytes: producerBytes, ...options.producer });
    this.#sending = new Sending({
      producer,
      topic,
      partitions,
      sizeOf: this.#sizeOf,
      interval,
      after,
      largest,
    });
    const from = new Map(Array.from({ length: partitions }, (_, partition) => [partition, 0]));
    const consumer = reader.consumer({ topic, from, newPartitions: true, bufferBytes: consumerBytes });
    this.#receiving = new Receiving(consumer, this.#sizeOf);
  }

  /** Records acknowledged so far. */
  get acknowledged(): number {
    return this.#sending.acknowledgedCount;
  }

  /** Bytes of their values. */
  get acknowledgedBytes(): number {
    return this.#sending.acknowledgedBytes;
  }

  /** What the producer has rejected so far. */
  get refusals(): readonly Refusal[] {
    return this.#sending.refusals;
  }

  /** Resolves when our consumer's iteration has ended: with its error, if it was one. */
  get readingEnded(): Promise<Error | undefined> {
    return this.#receiving.ended;
  }

  /** From now on to so many partitions. */
  widen(partitions: number): void {
    this.#sending.widen(partitions);
  }

  /** Resolves when so many more records have been acknowledged. */
  async progress(count: number): Promise<void> {
    const goal = this.acknowledged + count;
    const what = `${count} more acknowledgements`;
    await this.#until(() => this.acknowledged >= goal, what);
  }

  /** Resolves when records that are appended from now on have gone through every partition, with the seconds that took. */
  async flows(): Promise<number> {
    const since = performance.now();
    const mark = this.#sending.last;
    const isThrough = () =>
      this.#sending.isPast(mark) && this.#receiving.isPast(mark, this.#sending.partitions);
    await this.#until(isThrough, 'traffic through every partition');
    return (performance.now() - since) / 1000;
  }

  /**
   * Sends no more, waits for what is on its way and for the reader to have it, and gives the account.
   * @throws when something was rejected that the fault does not explain
   */
  async finish(): Promise<Outcome> {
    await this.stop();
    const { topic, witness } = this.#options;
    return {
      ...settle({
        standing: await standing(witness ?? (await advertised(this.#reader)), topic),
        acknowledged: this.#sending.acknowledged,
        read: this.#receiving.read,
        sizeOf: this.#sizeOf,
      }),
      refused: this.refusals.length,
      longestStall: this.#sending.longestStall / 1000,
    };
  }

  /** The same without the account. */
  async stop(): Promise<void> {
    await this.#sending.stop();
    const isRead = () => this.#receiving.count >= this.acknowledged;
    await this.#until(isRead, 'the reader to have what was acknowledged');
    await this.#receiving.close();
  }

  /** Ends a traffic whose topic is gone: whatever the producer and the reader still wait for is of no interest. */
  async abandon(): Promise<void> {
    void this.#sending.stop();
    await this.#receiving.close();
  }

  /** What was read of each partition before the end, against what was acknowledged: true when it is its beginning. */
  get isReadInOrder(): boolean {
    const byPartition = Map.groupBy(this.#sending.acknowledged, ({ partition }) => partition);
    return [...this.#receiving.read].every(([partition, numbers]) => {
      const promised = byPartition.get(partition) ?? [];
      return numbers.every(
        (number, index) => promised[index] === undefined || promised[index].number === number,
      );
    });
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    await waitFor(() => this.#failure !== undefined || condition(), { timeout: patience, what });
    if (this.#failure) throw this.#failure;
  }

  /** What the fault does not explain. */
  get #failure(): Error | undefined {
    const { isExpected = () => false } = this.#options;
    const unexpected = this.refusals.find(({ error }) => !isExpected(error));
    if (unexpected === undefined) return this.#receiving.error;
    const message = `record ${unexpected.number} was rejected: ${unexpected.error.message}`;
    return new Error(message, { cause: unexpected.error });
  }
}

async function advertised(kafka: Kafka): Promise<string> {
  const { brokers } = await kafka.describeCluster();
  return brokers.map(({ host, port }) => `${host}:${port}`).join(',');
}
