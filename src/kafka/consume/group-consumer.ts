/**
 * Reads what a consumer group gives it. The membership says what the group wants, the reader reads; here partitions come and
 * go between two batches, and never while the reader of a batch is at work on it.
 */
import type { Cluster } from '../cluster/cluster.ts';
import {
  type Consumer,
  type FetchedBatch,
  type GroupReading,
  KafkaError,
  type Position,
} from '../contract.ts';
import { committedOf } from '../group/coordinator.ts';
import { Membership } from '../group/membership.ts';
import { Reader } from './reader.ts';

const defaultSessionTimeoutMs = 45_000;
const defaultMaxPollMs = 300_000;
/** The longest that a timer of Node can wait, and a number of Kafka's be. */
const longestTimer = 2 ** 31 - 1;

export class GroupConsumer implements Consumer {
  readonly #cluster: Cluster;
  readonly #options: GroupReading;
  readonly #reader: Reader;
  readonly #membership: Membership;
  readonly #maxPollMs: number;
  readonly #closing = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #opening: Promise<boolean> | undefined;
  /** Partitions that the owner believes to be its own: told of, and not yet told of their end. */
  #owned: readonly number[] = [];
  #turn: Promise<void> | undefined;
  /** The owner is at work on a batch. */
  #isInBody = false;
  /** The owner's signal: nothing more is handed out. */
  #isEnding = false;
  /** What giving up the last partitions came to, for whoever iterates. */
  #refusal: unknown;
  #bell = Promise.withResolvers<void>();
  #pollTimer: NodeJS.Timeout | undefined;

  /** `metadataMaxAge`: milliseconds between two looks for new partitions. */
  constructor(cluster: Cluster, options: GroupReading, metadataMaxAge: number) {
    const { group, topic, instanceId = null, sessionTimeout = defaultSessionTimeoutMs } = options;
    const signal = this.#closing.signal;
    this.#cluster = cluster;
    this.#options = options;
    this.#maxPollMs = Math.min(longestTimer, options.maxPollInterval ?? defaultMaxPollMs);
    this.#reader = new Reader({ cluster, reading: options, signal });
    this.#membership = new Membership({
      cluster,
      group,
      topic,
      instanceId,
      sessionTimeout,
      rebalanceTimeout: this.#maxPollMs,
      metadataMaxAge,
      signal,
      changed: () => this.#changed(),
    });
    const close = () => void this.close().catch(() => {});
    const end = () => {
      this.#isEnding = true;
      // Who is at work on a batch gives up when the next is asked for; the group waits no longer than `maxPollInterval`.
      if (!this.#isInBody) close();
    };
    for (const [aborted, act] of [
      [options.signal, end],
      [cluster.signal, close],
    ] as const) {
      if (aborted?.aborted) act();
      aborted?.addEventListener('abort', act, { signal });
    }
  }

  /** Resolves when the consumer is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<FetchedBatch, undefined> {
    return {
      next: () => this.#next(),
      return: () => this.#end(),
    };
  }

  async commit(positions: ReadonlyMap<number, Position>): Promise<void> {
    const { group, topic } = this.#options;
    for (const partition of positions.keys()) {
      if (this.#owned.includes(partition)) continue;
      throw new KafkaError(
        'fenced',
        `Could not commit positions of group ${group}: ${topic}-${partition} is not this consumer's now. What was read of it is another's to commit.`,
      );
    }
    await this.#membership.commit(positions);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return this.#closed.promise;
    this.#closing.abort();
    clearTimeout(this.#pollTimer);
    this.#reader.close();
    this.#changed();
    try {
      // Whatever callback runs is let to its end; its error is told by the iteration.
      await this.#turn?.catch(() => {});
      await this.#giveUp();
    } catch (error) {
      this.#refusal = error;
      throw error;
    } finally {
      await this.#membership.close();
      this.#closed.resolve();
    }
  }

  async #next(): Promise<IteratorResult<FetchedBatch, undefined>> {
    clearTimeout(this.#pollTimer);
    this.#isInBody = false;
    try {
      const batch = await this.#take();
      return batch ? { done: false, value: batch } : await this.#end();
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }

  async #end(): Promise<IteratorReturnResult<undefined>> {
    await this.close();
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
    return { done: true, value: undefined };
  }

  /** Undefined: the consumer is closed, or to be closed. */
  async #take(): Promise<FetchedBatch | undefined> {
    const membership = this.#membership;
    const isClosing = () => this.#closing.signal.aborted;
    const isInterrupted = () => isClosing() || membership.state !== 'in' || membership.isDoubtful;
    if (isClosing() || this.#isEnding) return undefined;
    this.#opening ??= this.#reader.assignment.open();
    const isOpen = await this.#opening;
    while (!isClosing()) {
      if (membership.failure) throw membership.failure;
      if (isOpen && membership.isDoubtful) {
        // Woken up after a long sleep, perhaps: what was fetched may be another's by now.
        await this.#bell.promise;
        continue;
      }
      if (isOpen && membership.state !== 'in') {
        this.#turn = this.#rebalance();
        await this.#turn;
        continue;
      }
      const batch = await this.#reader.take(() => isOpen && isInterrupted(), isClosing);
      if (batch === undefined) continue;
      this.#isInBody = true;
      this.#pollTimer = setTimeout(() => this.#overdue(), this.#maxPollMs).unref();
      return batch;
    }
    return undefined;
  }

  /** Gives up what there is, and takes what the group gives. */
  async #rebalance(): Promise<void> {
    const { group, topic, onAssigned } = this.#options;
    const { signal } = this.#closing;
    const { assignment } = this.#reader;
    try {
      await this.#giveUp();
      const partitions = await this.#membership.join();
      const ours = await committedOf(this.#cluster, group, topic, partitions, signal);
      await assignment.refresh(Math.max(-1, ...partitions) + 1);
      this.#owned = partitions;
      const wanted = await onAssigned?.(partitions, ours);
      const from = new Map<number, number>();
      for (const partition of partitions) {
        const offset = wanted?.get(partition) ?? ours.get(partition)?.offset;
        if (offset !== undefined) from.set(partition, offset);
      }
      const others = partitions.filter((partition) => !from.has(partition));
      const earliest = others.length > 0 ? await assignment.earliest(others) : [];
      if (this.#membership.state !== 'lost' && !signal.aborted)
        assignment.add(new Map([...from, ...earliest]));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Tells the owner that its partitions go: while they are still its own, if the group has waited. */
  async #giveUp(): Promise<void> {
    const { onRevoked, onLost } = this.#options;
    const partitions = this.#owned;
    this.#reader.clear();
    if (partitions.length === 0) return;
    try {
      if (this.#isMember()) await onRevoked?.(partitions);
    } catch (error) {
      if (!(error instanceof KafkaError && error.kind === 'fenced')) throw error;
    } finally {
      this.#owned = [];
    }
    if (!this.#isMember()) await onLost?.(partitions);
  }

  #isMember(): boolean {
    const { state } = this.#membership;
    return (state === 'in' || state === 'summoned') && !this.#cluster.signal.aborted;
  }

  #changed(): void {
    if (this.#membership.state === 'lost') this.#reader.clear();
    this.#reader.wake();
    this.#bell.resolve();
    this.#bell = Promise.withResolvers();
  }

  /** The reader has kept a batch for too long: others go on with the partitions. */
  #overdue(): void {
    const { group, topic } = this.#options;
    const { logger } = this.#cluster.options;
    logger.warn(
      { group, topic },
      `a batch has been kept for ${this.#maxPollMs} ms (maxPollInterval): leaving the group`,
    );
    void this.#membership.leave();
    this.#changed();
  }
}
