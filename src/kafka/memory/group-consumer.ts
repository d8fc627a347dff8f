/** The memory twin's consumer as a member of a group. */
import { randomUUID } from 'node:crypto';
import {
  type Consumer,
  type FetchedBatch,
  type GroupReading,
  KafkaError,
  type Position,
} from '../contract.ts';
import type { MemoryGroup, MemoryMember } from './groups.ts';
import { MemoryReader } from './reader.ts';
import type { MemoryTopics } from './topics.ts';

const defaultMaxPollMs = 300_000;

export class MemoryGroupConsumer implements Consumer {
  readonly #topics: MemoryTopics;
  readonly #options: GroupReading;
  readonly #group: MemoryGroup;
  readonly #reader: MemoryReader;
  readonly #maxPollMs: number;
  readonly #finished = Promise.withResolvers<void>();
  /** Commits on their way to the group. */
  readonly #commits = new Set<Promise<void>>();
  #member: MemoryMember | undefined;
  #owned: readonly number[] = [];
  #isClosing = false;
  /** The owner is at work on a batch. */
  #isInBody = false;
  /** The owner's signal: nothing more is handed out. */
  #isEnding = false;
  /** What giving up the last partitions came to, for whoever iterates. */
  #refusal: unknown;
  #turn: Promise<void> | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  /** Settles when the process goes on. */
  #frozen: Promise<void> | undefined;

  constructor(topics: MemoryTopics, options: GroupReading) {
    this.#topics = topics;
    this.#options = options;
    this.#group = topics.group(options.group);
    this.#reader = new MemoryReader(topics, options);
    this.#maxPollMs = Math.min(2 ** 31 - 1, options.maxPollInterval ?? defaultMaxPollMs);
    const end = () => {
      this.#isEnding = true;
      if (!this.#isInBody) this.close().catch(() => {});
    };
    if (options.signal?.aborted) end();
    options.signal?.addEventListener('abort', end);
    this.#finished.promise.then(() => options.signal?.removeEventListener('abort', end));
  }

  async commit(positions: ReadonlyMap<number, Position>): Promise<void> {
    const { group, topic } = this.#options;
    const isOurs = [...positions.keys()].every((partition) => this.#owned.includes(partition));
    const way = new Promise<void>((resolve) => setImmediate(resolve));
    this.#commits.add(way);
    await way;
    this.#commits.delete(way);
    if (!isOurs || this.#member === undefined || !this.#group.has(this.#member)) {
      throw new KafkaError(
        'fenced',
        `Could not commit positions of group ${group}: what was read of ${topic} is not this consumer's now.`,
      );
    }
    this.#topics.commit(group, topic, positions);
  }

  async close(): Promise<void> {
    if (this.#isClosing) return this.#finished.promise;
    this.#isClosing = true;
    clearTimeout(this.#pollTimer);
    this.#topics.bell.ring();
    try {
      await this.#turn?.catch(() => {});
      await this.#giveUp();
    } catch (error) {
      this.#refusal = error;
      throw error;
    } finally {
      await Promise.all(this.#commits);
      if (this.#member) this.#group.leave(this.#member);
      this.#finished.resolve();
    }
  }

  /** Its group has not heard of it for as long as a session lasts, and nothing comes of it until `thawed`. */
  freeze(thawed: Promise<void>): void {
    if (this.#member) this.#group.leave(this.#member);
    this.#frozen = thawed;
  }

  /** Closes without a word to the owner's group, as a client does that is closed itself. */
  async abandon(): Promise<void> {
    if (this.#member) this.#group.leave(this.#member);
    await this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<FetchedBatch, undefined> {
    return {
      next: () => this.#next(),
      return: () => this.#end(),
    };
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

  async #take(): Promise<FetchedBatch | undefined> {
    while (!this.#isClosing && !this.#isEnding) {
      await this.#frozen;
      const bell = this.#topics.bell.next;
      await new Promise(setImmediate);
      if (this.#isClosing) return undefined;
      if (!this.#topics.running) {
        await bell;
        continue;
      }
      this.#reader.topic();
      this.#group.look();
      if (this.#member === undefined || this.#group.expects(this.#member)) {
        this.#turn = this.#rebalance();
        await this.#turn;
        continue;
      }
      const batch = this.#reader.fetch();
      if (batch === undefined) {
        await bell;
        continue;
      }
      this.#isInBody = true;
      this.#pollTimer = setTimeout(() => this.#overdue(), this.#maxPollMs).unref();
      return batch;
    }
    return undefined;
  }

  async #rebalance(): Promise<void> {
    const { group, topic: name, onAssigned } = this.#options;
    await this.#giveUp();
    const member = await this.#join();
    if (member === undefined) return;
    this.#owned = member.partitions;
    const positions = [...(this.#topics.positions.get(group)?.get(name) ?? [])];
    const ours = new Map(positions.filter(([partition]) => member.partitions.includes(partition)));
    const wanted = await onAssigned?.(member.partitions, ours);
    const topic = this.#reader.topic();
    for (const partition of member.partitions) {
      const { start } = this.#topics.log(topic, partition);
      this.#reader.positions.set(partition, wanted?.get(partition) ?? ours.get(partition)?.offset ?? start);
    }
  }

  /** Undefined when the consumer is closed before the group has dealt. */
  async #join(): Promise<MemoryMember | undefined> {
    const { topic } = this.#options;
    await this.#frozen;
    const known = this.#member;
    const member =
      known && this.#group.knows(known)
        ? known
        : { id: randomUUID(), topic, patience: this.#maxPollMs, generation: -1, partitions: [] };
    this.#member = member;
    this.#group.join(member);
    for (;;) {
      await this.#frozen;
      const bell = this.#topics.bell.next;
      if (this.#isClosing) return undefined;
      if (!this.#group.knows(member)) this.#group.join(member);
      if (!this.#group.expects(member)) return member;
      await bell;
    }
  }

  async #giveUp(): Promise<void> {
    const { onRevoked, onLost } = this.#options;
    const partitions = this.#owned;
    this.#reader.positions.clear();
    if (partitions.length === 0) return;
    const isMember = () => this.#member !== undefined && this.#group.has(this.#member);
    try {
      if (isMember()) await onRevoked?.(partitions);
    } catch (error) {
      if (!(error instanceof KafkaError && error.kind === 'fenced')) throw error;
    } finally {
      this.#owned = [];
    }
    if (!isMember()) await onLost?.(partitions);
  }

  /** The reader has kept a batch for too long: others go on with the partitions. */
  #overdue(): void {
    if (this.#member) this.#group.leave(this.#member);
  }
}
