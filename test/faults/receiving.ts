/** What our own consumer reads of the numbered records. */
import type { Consumer } from '../../src/kafka/contract.ts';

export class Receiving {
  /** Partition -> numbers as they came. A record of another size than its own counts as number -1. */
  readonly read = new Map<number, number[]>();
  readonly #consumer: Consumer;
  readonly #sizeOf: (number: number) => number;
  readonly #ended: Promise<Error | undefined>;
  #count = 0;
  #error: Error | undefined;

  /** Begins. */
  constructor(consumer: Consumer, sizeOf: (number: number) => number) {
    this.#consumer = consumer;
    this.#sizeOf = sizeOf;
    this.#ended = this.#run().then(
      () => undefined,
      (error: Error) => {
        this.#error = error;
        return error;
      },
    );
  }

  /** Why the iteration has ended, if it was an error. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Records read so far. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when the iteration has ended: with its error, if it was one. */
  get ended(): Promise<Error | undefined> {
    return this.#ended;
  }

  /** True when a record behind this number has been read of so many partitions. */
  isPast(number: number, partitions: number): boolean {
    let past = 0;
    for (const numbers of this.read.values()) if ((numbers.at(-1) ?? 0) > number) past += 1;
    return past >= partitions;
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }

  async #run(): Promise<void> {
    for await (const batch of this.#consumer) {
      const numbers = this.read.get(batch.partition) ?? [];
      this.read.set(batch.partition, numbers);
      for (const { key, value } of batch.records) {
        const number = Number(Buffer.from(key ?? []).toString());
        numbers.push(value?.byteLength === this.#sizeOf(number) ? number : -1);
      }
      this.#count += batch.records.length;
      batch.release();
    }
  }
}
