/**
 * Reads partitions by manual assignment: the assignment has them fetched, this file hands out what came, batch by batch,
 * decoded when it is asked for. Between them they own every retry of reading.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { Consumer, ConsumerOptions, FetchedBatch, KafkaError } from '../contract.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { Assignment } from './assignment.ts';
import { Budget } from './budget.ts';
import { type Cursor, type Gap, jump, type Part } from './cursor.ts';
import { decodePart } from './part.ts';

const defaultBufferBytes = 32 * 1024 * 1024;
/** A batch that stays corrupt when it is fetched again is corrupt at the broker. */
const corruptionsAllowed = 2;

export class KafkaConsumer implements Consumer {
  readonly #cluster: Cluster;
  readonly #options: ConsumerOptions;
  readonly #assignment: Assignment;
  readonly #pool: FramePool;
  readonly #closing = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  readonly #fetched: (Part | Gap)[] = [];
  #started = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(cluster: Cluster, options: ConsumerOptions, metadataMaxAge: number) {
    this.#cluster = cluster;
    this.#options = options;
    const bufferBytes = options.bufferBytes ?? defaultBufferBytes;
    this.#pool = new FramePool(bufferBytes);
    this.#assignment = new Assignment({
      cluster,
      consumer: options,
      metadataMaxAge,
      budget: new Budget(bufferBytes),
      pool: this.#pool,
      signal: this.#closing.signal,
      deliver: (item) => {
        this.#fetched.push(item);
        this.#wake?.();
      },
      fail: (error) => this.#fail(error),
    });
    for (const signal of [options.signal, cluster.signal]) {
      if (signal?.aborted) void this.close();
      signal?.addEventListener('abort', () => void this.close(), { signal: this.#closing.signal });
    }
  }

  /** Resolves when the consumer is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<FetchedBatch, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#closed.resolve();
    this.#assignment.close();
    for (const item of this.#fetched.splice(0)) if ('frame' in item) item.frame.release();
    this.#pool.clear();
    this.#wake?.();
  }

  async #next(): Promise<IteratorResult<FetchedBatch, undefined>> {
    if (!this.#started) {
      this.#started = true;
      await Promise.race([this.#assignment.start(), this.#closed.promise]);
    }
    for (;;) {
      if (this.#closing.signal.aborted) return { done: true, value: undefined };
      const item = this.#fetched.shift();
      if (item !== undefined) {
        const batch = 'frame' in item ? await this.#open(item) : this.#pass(item);
        if (batch) return { done: false, value: batch };
      } else if (this.#failure !== undefined) {
        await this.close();
        throw this.#failure;
      } else if (this.#isComplete()) {
        await this.close();
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }

  /** Decodes a part; undefined when it brings nothing, or is to be fetched again. */
  async #open(part: Part): Promise<FetchedBatch | undefined> {
    const { cursor, frame, fetched } = part;
    if (part.generation !== cursor.generation) {
      frame.release();
      return undefined;
    }
    const { records, nextOffset, error } = await decodePart(part, this.#options.topic);
    if (error) this.#spoiled(cursor, nextOffset, error);
    else cursor.corruptions = 0;
    if (nextOffset <= cursor.delivered || this.#closing.signal.aborted) {
      frame.release();
      return undefined;
    }
    cursor.delivered = nextOffset;
    let held = true;
    return {
      partition: cursor.partition,
      records,
      nextOffset,
      highWatermark: fetched.highWatermark,
      logStartOffset: fetched.logStartOffset,
      release: () => {
        if (held) frame.release();
        held = false;
      },
    };
  }

  /** All that was fetched before the gap has been handed out. */
  #pass({ cursor, from, earliest }: Gap): undefined {
    cursor.delivered = Math.max(cursor.delivered, earliest);
    try {
      this.#options.onGap?.({ partition: cursor.partition, from, earliest });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** The wire may have spoiled it, so it is fetched again before it counts as corrupt at the broker. */
  #spoiled(cursor: Cursor, position: number, error: KafkaError): void {
    cursor.corruptions += 1;
    if (error.kind !== 'corrupt' || cursor.corruptions > corruptionsAllowed) {
      this.#fail(error);
      return;
    }
    this.#cluster.options.logger.warn({ err: error }, 'fetching a corrupt batch again');
    jump(cursor, position);
    this.#assignment.restart(cursor);
  }

  #isComplete(): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    for (const [partition, end] of until) {
      const cursor = this.#assignment.cursor(partition);
      if (cursor !== undefined && cursor.delivered < end) return false;
    }
    return true;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}
