/**
 * Hands out what has been fetched, batch by batch, decoded when it is asked for. The assignment has it fetched, the
 * consumer says which partitions are read; between assignment and reader they own every retry of reading.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { ConsumerOptions, FetchedBatch, KafkaError, ReadingGap } from '../contract.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { Assignment } from './assignment.ts';
import { Budget } from './budget.ts';
import { type Cursor, corruptionsAllowed, jump, type Part } from './cursor.ts';
import type { AheadLimits } from './fetcher-owner.ts';
import type { Cut, Gap } from './losses.ts';
import { decodePart } from './part.ts';
import { divide } from './shared-frame.ts';

export interface ReaderOptions {
  readonly cluster: Cluster;
  readonly reading: Pick<
    ConsumerOptions,
    'topic' | 'bufferBytes' | 'aheadBytes' | 'connections' | 'onGap' | 'onCut'
  >;
  /** Partition -> end offset (exclusive). */
  readonly until?: ReadonlyMap<number, number> | undefined;
  /** How far several connections go ahead, where that is not to be as usual. */
  readonly ahead?: Partial<AheadLimits>;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

const defaultBufferBytes = 32 * 1024 * 1024;
const defaultAheadBytes = 64 * 1024 * 1024;
/** How far several connections go ahead, unless it is said otherwise. */
const usualAhead: AheadLimits = { most: 32, first: 4, deepBytes: 256 * 1024 };
/** What compressed batches may become at a time: the rest of what has been fetched waits as it is. */
const expandedAtOnce = 4 * 1024 * 1024;

export class Reader {
  readonly assignment: Assignment;
  readonly #options: ReaderOptions;
  readonly #pool: FramePool;
  readonly #bufferBytes: number;
  /** Bytes that compressed batches have become, of those that have not been released. */
  #expanded = 0;
  #fetched: (Part | Gap | Cut)[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(options: ReaderOptions) {
    const { cluster, reading, until, signal } = options;
    this.#options = options;
    const { bufferBytes = defaultBufferBytes, aheadBytes = reading.bufferBytes ?? defaultAheadBytes } =
      reading;
    this.#bufferBytes = bufferBytes;
    // What is fetched, and what a part of it becomes, is lent at the same time.
    this.#pool = new FramePool(bufferBytes + 2 * expandedAtOnce);
    this.assignment = new Assignment({
      cluster,
      topic: reading.topic,
      until,
      gapsAreFatal: reading.onGap === undefined,
      cutsAreFatal: reading.onCut === undefined,
      budget: new Budget(bufferBytes, Math.max(bufferBytes, aheadBytes)),
      pool: this.#pool,
      ahead: { ...usualAhead, ...(reading.connections && { most: reading.connections }), ...options.ahead },
      signal,
      deliver: (item) => {
        this.#fetched.push(item);
        this.wake();
      },
      fail: (error) => this.#fail(error),
    });
  }

  /**
   * The next batch, as long as it takes. Undefined when `isInterrupted` says that something else is to be done first, or
   * `isComplete` that nothing more will come; both are asked again after each {@link wake}. Rejects when reading cannot go on.
   */
  async take(isInterrupted: () => boolean, isComplete: () => boolean): Promise<FetchedBatch | undefined> {
    for (;;) {
      if (isInterrupted()) return undefined;
      const isFull = this.#expanded > 0 && this.#expanded + expandedAtOnce > this.#bufferBytes;
      const item = isFull ? undefined : this.#fetched.shift();
      if (item !== undefined) {
        const batch = 'frame' in item ? await this.#open(item) : this.#pass(item);
        if (batch) return batch;
      } else if (this.#failure !== undefined && !isFull) {
        throw this.#failure;
      } else if (isComplete() && !isFull) {
        return undefined;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }

  /** Has {@link take} look at what it waits for. */
  wake(): void {
    this.#wake?.();
  }

  /** Reads nothing any more of what it has read so far, and gives back the memory of what nobody has got of it. */
  clear(): void {
    this.assignment.clear();
    this.#release();
  }

  close(): void {
    this.assignment.close();
    this.#release();
    this.#pool.clear();
    this.wake();
  }

  #release(): void {
    for (const item of this.#fetched.splice(0)) if ('frame' in item) item.frame.release();
  }

  /** Decodes a part; undefined when it brings nothing, or is to be fetched again. */
  async #open(part: Part): Promise<FetchedBatch | undefined> {
    const { cursor, generation, frame, fetched } = part;
    if (generation !== cursor.generation) {
      frame.release();
      return undefined;
    }
    const { topic, onGap } = this.#options.reading;
    const { records, epochs, nextOffset, expanded, free, rest, error, unreadable } = await decodePart(
      part,
      topic,
      expandedAtOnce,
      this.#pool,
      onGap !== undefined,
    );
    if (generation !== cursor.generation) {
      frame.release();
      free();
      return undefined;
    }
    if (error) this.#spoiled(cursor, nextOffset, error);
    else cursor.corruptions = 0;
    if (nextOffset <= cursor.delivered || this.#options.signal.aborted) {
      frame.release();
      free();
      return undefined;
    }
    let own = frame;
    if (rest !== undefined) {
      const [mine, others] = divide(frame);
      own = mine;
      const remaining = { ...fetched, start: rest };
      this.#putBack({ ...part, from: nextOffset, frame: others, fetched: remaining });
    }
    cursor.delivered = nextOffset;
    if (unreadable !== undefined) {
      own.release();
      this.#tellGap({
        partition: cursor.partition,
        from: unreadable.from,
        earliest: nextOffset,
        unreadable: unreadable.reason,
      });
      return undefined;
    }
    this.#expanded += expanded;
    let held = true;
    return {
      partition: cursor.partition,
      records,
      epochs,
      nextOffset,
      highWatermark: fetched.highWatermark,
      logStartOffset: fetched.logStartOffset,
      release: () => {
        if (!held) return;
        held = false;
        own.release();
        free();
        this.#expanded -= expanded;
        if (expanded > 0) this.wake();
      },
    };
  }

  /** Behind what there is of other partitions, which would wait for all of this one otherwise, and before the rest of its own. */
  #putBack(part: Part): void {
    const ofOthers = this.#fetched.filter(({ cursor }) => cursor !== part.cursor);
    const ofItsOwn = this.#fetched.filter(({ cursor }) => cursor === part.cursor);
    this.#fetched = [...ofOthers, part, ...ofItsOwn];
  }

  /** All that was fetched before a gap has been handed out. */
  #pass(item: Gap | Cut): undefined {
    const { cursor } = item;
    const { partition } = cursor;
    const { onGap, onCut } = this.#options.reading;
    try {
      if ('at' in item) {
        const { at, until, unread } = item;
        if (unread === cursor.generation) cursor.delivered = until;
        onCut?.({ partition, at, until });
        return;
      }
      const { from, earliest, generation } = item;
      // Unless the log was cut since.
      if (generation === cursor.generation) cursor.delivered = Math.max(cursor.delivered, earliest);
      onGap?.({ partition, from, earliest });
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
    this.#options.cluster.options.logger.warn({ err: error }, 'fetching a corrupt batch again');
    jump(cursor, position);
    this.assignment.restart(cursor);
  }

  /** All that was fetched before it has been handed out. */
  #tellGap(gap: ReadingGap): void {
    try {
      this.#options.reading.onGap?.(gap);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.wake();
  }
}
