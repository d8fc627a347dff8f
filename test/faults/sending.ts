/** Numbered records, appended without end, and what the producer said of each. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Producer } from '../../src/kafka/contract.ts';
import type { Acknowledged } from './account.ts';

export interface SendingOptions {
  readonly producer: Producer;
  readonly topic: string;
  readonly partitions: number;
  /** Bytes of a record's value by its number. */
  readonly sizeOf: (number: number) => number;
  /** Milliseconds between two rounds of one record to each partition. */
  readonly interval: number;
  /** The number before the first. */
  readonly after: number;
  /** The longest record. */
  readonly largest: number;
}

/** A record that the producer rejected. */
export interface Refusal {
  readonly number: number;
  readonly error: Error;
  /** Milliseconds from its append. */
  readonly waited: number;
}

/** Numbers only, in packed arrays: the account is to weigh little beside what it watches. */
interface Lane {
  readonly numbers: number[];
  readonly offsets: number[];
}

export class Sending {
  readonly refusals: Refusal[] = [];
  readonly #options: SendingOptions;
  readonly #filler: Buffer;
  readonly #lanes: Lane[] = [];
  readonly #done: Promise<void>;
  #running = true;
  #last: number;
  #acknowledged = 0;
  #acknowledgedBytes = 0;
  #longestStall = 0;

  /** Begins. */
  constructor(options: SendingOptions) {
    this.#options = options;
    this.#last = options.after;
    this.#filler = Buffer.alloc(options.largest, 'sluice ');
    this.widen(options.partitions);
    this.#done = this.#run();
  }

  /** The number that was appended last. */
  get last(): number {
    return this.#last;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged;
  }

  get acknowledgedBytes(): number {
    return this.#acknowledgedBytes;
  }

  get partitions(): number {
    return this.#lanes.length;
  }

  /** Milliseconds that a record waited for its acknowledgement, at most. */
  get longestStall(): number {
    return this.#longestStall;
  }

  get acknowledged(): Acknowledged[] {
    return this.#lanes.flatMap(({ numbers, offsets }, partition) =>
      numbers.map((number, index) => ({ partition, number, offset: offsets[index]! })),
    );
  }

  /** True when each partition has acknowledged a record behind this number. */
  isPast(number: number): boolean {
    return this.#lanes.every(({ numbers }) => (numbers.at(-1) ?? 0) > number);
  }

  /** From now on to so many partitions. */
  widen(partitions: number): void {
    while (this.#lanes.length < partitions) this.#lanes.push({ numbers: [], offsets: [] });
  }

  /** Appends no more and resolves once all has been acknowledged or refused. */
  stop(): Promise<void> {
    this.#running = false;
    return this.#done;
  }

  async #run(): Promise<void> {
    const { producer, interval } = this.#options;
    while (this.#running) {
      for (let partition = 0; partition < this.#lanes.length; partition += 1) {
        await producer.ready();
        if (this.#running) this.#append(partition);
      }
      await delay(interval);
    }
    await producer.close();
  }

  #append(partition: number): void {
    const { producer, topic, sizeOf } = this.#options;
    this.#last += 1;
    const number = this.#last;
    const since = performance.now();
    const record = { key: Buffer.from(String(number)), value: this.#filler.subarray(0, sizeOf(number)) };
    producer.append(topic, partition, record).then(
      ({ offset }) => {
        this.#longestStall = Math.max(this.#longestStall, performance.now() - since);
        this.#acknowledged += 1;
        this.#acknowledgedBytes += sizeOf(number);
        const { numbers, offsets } = this.#lanes[partition]!;
        numbers.push(number);
        offsets.push(offset);
      },
      (error: Error) => this.refusals.push({ number, error, waited: performance.now() - since }),
    );
  }
}
