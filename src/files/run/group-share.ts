/**
 * The part of a topic that a member of a group reads. A consumer group deals partitions out, and takes no commit of who is not in it any
 * more; from where one is read on, and what was open there, stands at the sink (`SharedSink`).
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Consumer,
  type ConsumerOptions,
  type Kafka,
  KafkaError,
  type Position,
  type TopicDescription,
} from '../../kafka/contract.ts';
import type { ReadRange, Sink } from '../../stores/contract.ts';
import type { Claim, NewestClaim, SharedSink } from '../../stores/shared-sink.ts';
import { isEnding } from '../incoming/incoming-upload.ts';
import type { Receiver } from '../receive/receiver.ts';
import type { DownloadSettings } from '../shared/options.ts';
import type { Cut } from './name-losses.ts';
import { before, fresh, placeOf, positionGroup, rangesOnLogs } from './positions.ts';
import type { ReadTopic, SafeOffsets } from './safe-offsets.ts';

/** Milliseconds that the others wait for what a member has in hand when partitions are dealt out anew. */
const settleFor = 10_000;
/** Milliseconds between two looks whether the group has read to the ends. */
const lookEvery = 500;

export interface GroupShareOptions {
  readonly kafka: Kafka;
  readonly sink: Sink;
  readonly shared: SharedSink;
  readonly settings: DownloadSettings;
  readonly topic: TopicDescription;
  /** The same, as positions name it. */
  readonly readTopic: ReadTopic;
  readonly safe: SafeOffsets;
  readonly receiver: Receiver;
  /** Resolves when what was handed out is dealt with, and committed. */
  readonly settle: () => Promise<void>;
  /** Runs work beside which nothing is made durable. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  /** What is to be read again, now that some partitions are ours. */
  readonly openLocked: () => Promise<void>;
  readonly onCut: (cut: Cut) => void;
  readonly onGap: ConsumerOptions['onGap'] & {};
  readonly signal: AbortSignal;
}

export class GroupShare {
  readonly #options: GroupShareOptions;
  readonly #consumer: Consumer;
  /** Partition -> the term of our claim. */
  readonly #held = new Map<number, number>();
  /** Where each partition was first read from. */
  #began: readonly number[] = [];
  /** With `once`: where the partitions ended at the start. */
  readonly ends: ReadonlyMap<number, number> | undefined;
  readonly #through = new AbortController();

  private constructor(options: GroupShareOptions, ends: ReadonlyMap<number, number> | undefined) {
    this.#options = options;
    this.ends = ends;
    const { kafka, sink, shared, settings, topic, signal, onCut, onGap, settle } = options;
    const { bufferBytes, aheadBytes, connections, takeOverAfter, onEvent } = settings;
    this.#consumer = kafka.consumer({
      topic: topic.name,
      group: positionGroup(shared.group, sink.id),
      sessionTimeout: takeOverAfter,
      ...{ bufferBytes, aheadBytes, connections, onCut, onGap },
      signal: AbortSignal.any([signal, this.#through.signal]),
      onAssigned: async (partitions, committed) => {
        await options.alone(() => this.#assigned(partitions, committed));
        onEvent({ type: 'assigned', group: shared.group, partitions });
        return new Map(partitions.map((partition) => [partition, options.safe.next(partition) ?? 0]));
      },
      onRevoked: async () => {
        // Who waits for a store that is away would hold up all others: what is not committed is read again.
        await Promise.race([settle(), delay(settleFor, undefined, { ref: false })]);
      },
      onLost: async () => {
        const message = `group ${shared.group} has not heard of this member for ${takeOverAfter / 1000} s, and others may go on with its partitions: it joins anew`;
        if (!signal.aborted) onEvent({ type: 'warning', message });
      },
    });
  }

  /** Joins when the consumer is iterated. Throws ConfigurationError where the group has read another topic of this name. */
  static async open(options: GroupShareOptions): Promise<GroupShare> {
    const { kafka, settings, topic, shared, readTopic } = options;
    const ends = settings.once ? await kafka.offsets(topic.name, 'latest') : undefined;
    const share = new GroupShare(options, ends);
    const { id, name, cluster } = readTopic;
    share.#began = await shared.begin({ topic: id, name, cluster }, async () => {
      const first = await kafka.offsets(topic.name, placeOf(settings));
      return Array.from({ length: topic.partitions }, (_, partition) => first.get(partition) ?? 0);
    });
    return share;
  }

  get consumer(): Consumer {
    return this.#consumer;
  }

  /** The same of our partitions alone. */
  own(ends: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
    return new Map([...ends].filter(([partition]) => this.#held.has(partition)));
  }

  /** Resolves with false when they are not ours to commit any more: whoever has them says where they are. */
  async commit(positions: ReadonlyMap<number, Position>): Promise<boolean> {
    const own = new Map([...positions].filter(([partition]) => this.#held.has(partition)));
    try {
      if (own.size > 0) await this.#consumer.commit(own);
      return true;
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'fenced') return false;
      throw error;
    }
  }

  /** With `once`: ends the consumer when the members have read to the ends together, and all that was complete there stands. */
  async endWhenThrough(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      if (await this.#isThrough()) return this.#through.abort();
      await delay(lookEvery, undefined, { signal }).catch(() => {});
    }
  }

  async #isThrough(): Promise<boolean> {
    const { kafka, sink, shared, topic, safe } = this.#options;
    const ends = [...(this.ends ?? [])].filter(([, end]) => end > 0);
    if (!safe.isPast(this.own(new Map(ends)))) return false;
    const committed = await kafka.committed(positionGroup(shared.group, sink.id), topic.name);
    if (!ends.every(([partition, end]) => (committed.get(partition)?.offset ?? 0) >= end)) return false;
    const claims = await shared.claims(topic.id);
    return ends.every(([partition]) => {
      const { uploads = [] } = claims.get(partition) ?? {};
      return !uploads.some(isEnding);
    });
  }

  async #assigned(partitions: readonly number[], committed: ReadonlyMap<number, Position>): Promise<void> {
    const { shared, safe, receiver, topic, readTopic, onCut, openLocked } = this.#options;
    const claims = await shared.claims(topic.id);
    const isOurs = (partition: number): boolean => {
      const claim = claims.get(partition);
      return claim?.isOwn === true && claim.term === this.#held.get(partition);
    };
    const dropped = [...this.#held.keys()].filter((one) => !partitions.includes(one) || !isOurs(one));
    await receiver.leave(new Set(dropped));
    for (const partition of dropped) {
      this.#held.delete(partition);
      safe.drop(partition);
    }
    const taken = partitions.filter((partition) => !this.#held.has(partition));
    const { from, cuts } = await this.#ranges(taken, claims, committed);
    const taking = new Map<number, Claim>();
    for (const [partition, range] of from) {
      const { term = 0, uploads = [] } = claims.get(partition) ?? {};
      taking.set(partition, { term: term + 1, range, uploads });
    }
    // What was ours stays said for as long as nobody else has said more.
    const left = [...claims].filter(([partition, { isOwn }]) => !isOwn && !this.#held.has(partition));
    const { id, name, cluster } = readTopic;
    await shared.take(
      { topic: id, name, cluster },
      taking,
      left.map(([partition]) => partition),
    );
    for (const [partition, { term, range }] of taking) {
      safe.add(partition, range);
      this.#held.set(partition, term);
    }
    for (const cut of cuts) onCut(cut);
    receiver.restore(mergedUploads([...taking.values()]));
    await openLocked();
  }

  async #ranges(
    partitions: readonly number[],
    claims: ReadonlyMap<number, NewestClaim>,
    committed: ReadonlyMap<number, Position>,
  ): Promise<ReturnType<typeof rangesOnLogs>> {
    if (partitions.length === 0) return { from: new Map(), cuts: [] };
    const { kafka, settings, topic } = this.#options;
    const [earliest, latest] = await Promise.all([
      kafka.offsets(topic.name, 'earliest'),
      kafka.offsets(topic.name, 'latest'),
    ]);
    const ranges = new Map<number, ReadRange>();
    for (const partition of partitions) {
      const range = claims.get(partition)?.range;
      const { offset, metadata = '' } = committed.get(partition) ?? {};
      const isKnown = offset !== undefined && (metadata === '' || metadata === topic.id);
      ranges.set(
        partition,
        range === undefined
          ? fresh(this.#began[partition] ?? earliest.get(partition) ?? 0)
          : before(range, isKnown ? Math.min(range.safe, offset) : range.safe),
      );
    }
    const read = new Map([...ranges].map(([partition, { epochs = [] }]) => [partition, epochs]));
    const agreed = await kafka.agreement(topic.name, read);
    return rangesOnLogs(ranges, { topic: topic.name, earliest, latest, agreed }, settings.onEvent);
  }
}

/** One row for each upload, and for what is noted of several partitions. */
function mergedUploads(claims: readonly Claim[]): Claim['uploads'] {
  const merged = new Map<string, Claim['uploads'][number]>();
  for (const one of claims.flatMap(({ uploads }) => uploads)) {
    const seen = merged.get(one.upload)?.seen ?? [];
    merged.set(one.upload, { ...one, seen: [...seen, ...one.seen] });
  }
  return [...merged.values()];
}
