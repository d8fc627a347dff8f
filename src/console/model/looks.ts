/** What only asking tells: topics, where they begin and end, how large they are, and what groups have committed. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import { type GroupListing, type Kafka, KafkaError, type TopicDescription } from '../../kafka/contract.ts';
import type { FilesLook, GroupLook } from './downloader-rows.ts';
import { EndsOverTime } from './ends-over-time.ts';
import { RecordTimes, type Standing, type WantedRecord } from './record-times.ts';
import { bytesPerRecord, type TopicLook, type TopicUse } from './topic-rows.ts';
import type { Trouble } from './trouble.ts';

/** Milliseconds between two looks at offsets, and at what changes less often. */
export interface LookTimes {
  readonly offsets: number;
  readonly settings: number;
}

export const lookTimes: LookTimes = { offsets: 5000, settings: 30_000 };

/** Groups that are asked at the most, and so many at once. */
export const mostGroups = 500;
const atOnce = 8;
/** Positions of a group that are remembered. */
const mostCommits = 720;
/** Milliseconds until the time of an old record is looked up again for a group that has moved on. */
const timesEvery = 30_000;
/** Records that are read for that at a time: while they are, nobody looks at offsets. */
const mostTimes = 32;

export interface LooksOptions {
  readonly kafka: Kafka;
  /** Name -> what it is for. */
  readonly topics: ReadonlyMap<string, TopicUse>;
  /** Of files. */
  readonly topic: string;
  readonly liveTopic: string;
  readonly trouble: Trouble;
  readonly signal: AbortSignal;
  readonly times?: Partial<LookTimes> | undefined;
  /** A topic is there, is not, or is another of its name. */
  readonly onTopic?: (name: string) => void;
}

export class Looks {
  readonly #options: LooksOptions;
  readonly #times: LookTimes;
  readonly topics: Map<string, TopicLook> = new Map();
  readonly groups: Map<string, GroupLook> = new Map();
  /** Topics that may not be looked at, and why. */
  readonly refused: Map<string, string> = new Map();
  /** Group -> what it had committed when. */
  readonly committedOverTime: Map<string, EndsOverTime> = new Map();
  readonly #ends = new Map<string, EndsOverTime>();
  readonly #recordTimes = new RecordTimes();
  #timesAt = Number.NEGATIVE_INFINITY;
  #settingsAt = Number.NEGATIVE_INFINITY;
  #named: readonly string[] = [];
  cluster = '';
  brokers = 1;

  constructor(options: LooksOptions) {
    this.#options = options;
    this.#times = { ...lookTimes, ...options.times };
    for (const name of [options.topic, options.liveTopic]) this.#ends.set(name, new EndsOverTime());
  }

  /** Until the signal. Never rejects. */
  async run(): Promise<void> {
    const { signal, trouble } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look();
        trouble.over('look');
      } catch (error) {
        if (!signal.aborted) trouble.is('look', describeError(error));
      }
      await delay(this.#times.offsets, undefined, { signal }).catch(() => {});
    }
  }

  get files(): FilesLook {
    const look = this.topics.get(this.#options.topic);
    const retention = Number(look?.description.config['retention.ms'] ?? -1);
    return {
      ...{ starts: look?.starts ?? new Map(), ends: look?.ends ?? new Map() },
      endsOverTime: this.#ends.get(this.#options.topic)!,
      times: this.#recordTimes,
      ...{ bytesPerRecord: bytesPerRecord(look), retention },
    };
  }

  /** Bytes a second that a topic has grown by of late; undefined: nobody knows how large it is. */
  rate(topic: string): number | undefined {
    const records = this.#ends.get(topic)?.growth(2 * this.#times.offsets);
    const bytes = bytesPerRecord(this.topics.get(topic));
    return records === undefined || bytes === undefined ? undefined : Math.round(records * bytes);
  }

  async #look(): Promise<void> {
    const { kafka, topic } = this.#options;
    const now = performance.now();
    if (now - this.#settingsAt >= this.#times.settings) {
      await this.#lookAtSettings();
      this.#settingsAt = now;
    }
    const names = [...this.topics.keys()];
    await Promise.all(names.map((name) => this.#lookAtOffsets(name)));
    const sizes = await kafka.logBytes(names);
    for (const [name, look] of this.topics) this.topics.set(name, { ...look, bytes: sizes?.get(name) });
    if (this.topics.has(topic)) await this.#lookAtGroups();
    else this.groups.clear();
  }

  async #lookAtSettings(): Promise<void> {
    const { kafka, topics } = this.#options;
    const { clusterId, brokers } = await kafka.describeCluster();
    [this.cluster, this.brokers] = [clusterId, brokers.length];
    const described = await Promise.all([...topics].map(([name]) => this.#described(name)));
    for (const [index, [name, use]] of [...topics].entries()) {
      const description = described[index];
      const before = this.topics.get(name);
      const isSame = before?.description.id === description?.id;
      if (!isSame) this.#forget(name);
      const nothing = { starts: new Map<number, number>(), ends: new Map<number, number>() };
      if (description === undefined) this.topics.delete(name);
      else this.topics.set(name, { ...(isSame && before ? before : nothing), use, description });
      if (!isSame) this.#options.onTopic?.(name);
    }
    const [why] = this.refused.values();
    if (this.topics.size === 0 && why !== undefined) this.#options.trouble.is('rights', why);
    else this.#options.trouble.over('rights');
    const listed = await kafka.listGroups();
    for (const { group, hasMembers } of listed) {
      const before = this.groups.get(group);
      if (before !== undefined) this.groups.set(group, { ...before, hasMembers });
    }
    this.#named = groupsToAsk(listed);
    for (const group of this.groups.keys()) if (!this.#named.includes(group)) this.#dropGroup(group);
  }

  /** Of a topic that may not be looked at nothing is known, and it is no reason to know nothing of the others. */
  async #described(name: string): Promise<TopicDescription | undefined> {
    const { kafka } = this.#options;
    try {
      const description = await kafka.describeTopic(name);
      this.refused.delete(name);
      return description;
    } catch (error) {
      if (!(error instanceof KafkaError) || error.kind !== 'unauthorized') throw error;
      this.refused.set(name, describeError(error));
      return undefined;
    }
  }

  #dropGroup(group: string): void {
    this.groups.delete(group);
    this.committedOverTime.delete(group);
  }

  #forget(name: string): void {
    this.#ends.get(name)?.forget();
    if (name !== this.#options.topic) return;
    this.groups.clear();
    this.committedOverTime.clear();
    this.#recordTimes.clear();
  }

  async #lookAtOffsets(name: string): Promise<void> {
    const { kafka } = this.#options;
    try {
      const [starts, ends] = await Promise.all([
        kafka.offsets(name, 'earliest'),
        kafka.offsets(name, 'latest'),
      ]);
      this.#ends.get(name)?.note(Date.now(), ends);
      const look = this.topics.get(name);
      if (look !== undefined) this.topics.set(name, { ...look, starts, ends });
    } catch (error) {
      if (!(error instanceof KafkaError) || error.kind !== 'unknown-topic') throw error;
      this.#settingsAt = Number.NEGATIVE_INFINITY;
    }
  }

  async #lookAtGroups(): Promise<void> {
    const { topic, kafka } = this.#options;
    const id = this.topics.get(topic)?.description.id;
    for (let at = 0; at < this.#named.length; at += atOnce) {
      const some = this.#named.slice(at, at + atOnce);
      await Promise.all(
        some.map(async (group) => {
          const positions = await kafka.committed(group, topic);
          // Without a word they may be anybody's; of another topic of this name they say nothing.
          const own = [...positions].filter(([, { metadata }]) => metadata === '' || metadata === id);
          this.#note(group, new Map(own.map(([partition, { offset }]) => [partition, offset])));
        }),
      );
    }
    if (performance.now() - this.#timesAt < timesEvery) return;
    this.#timesAt = performance.now();
    await this.#readTimes();
  }

  #note(group: string, committed: ReadonlyMap<number, number>): void {
    const before = this.groups.get(group);
    if (committed.size === 0) {
      this.#dropGroup(group);
      return;
    }
    const hasMoved =
      before !== undefined &&
      [...committed].some(([partition, at]) => before.committed.get(partition) !== at);
    const moved = hasMoved ? Date.now() : before?.moved;
    this.groups.set(group, { hasMembers: before?.hasMembers ?? false, committed, moved });
    const overTime = this.committedOverTime.get(group) ?? new EndsOverTime(mostCommits);
    this.committedOverTime.set(group, overTime);
    if (before === undefined || hasMoved) overTime.note(Date.now(), committed);
  }

  /** When the records were written that groups wait for since before anybody looked: a batch of each, and once. */
  async #readTimes(): Promise<void> {
    const { starts, ends, endsOverTime } = this.files;
    const standings: Standing[] = [];
    for (const [group, { committed }] of this.groups)
      for (const [partition, end] of ends) {
        const offset = Math.max(starts.get(partition) ?? 0, committed.get(partition) ?? 0);
        if (offset < end && endsOverTime.appended(partition, offset) === undefined)
          standings.push({ group, partition, offset });
      }
    for (const record of this.#recordTimes.wanted(standings, mostTimes)) await this.#readTime(record);
  }

  async #readTime(record: WantedRecord): Promise<void> {
    const { partition, offset } = record;
    const { kafka, topic, signal } = this.#options;
    const from = new Map([[partition, offset]]);
    const until = new Map([[partition, offset + 1]]);
    const bounds = { from, until, signal, bufferBytes: 1024 * 1024, connections: 1 };
    for await (const batch of kafka.consumer({ topic, ...bounds, onGap: () => {}, onCut: () => {} })) {
      const [first] = batch.records;
      if (first !== undefined) this.#recordTimes.note(record, first.timestamp);
      batch.release();
    }
  }
}

/** Of our groups those that are asked: whoever runs comes before what is left of those that do not, which Kafka keeps for a week. Pure. */
export function groupsToAsk(listed: readonly GroupListing[]): readonly string[] {
  const ours = listed.filter(({ group }) => group.startsWith('sluice-'));
  const members = ours.filter(({ hasMembers }) => hasMembers);
  const others = ours.filter(({ hasMembers }) => !hasMembers);
  return [...members, ...others].slice(0, mostGroups).map(({ group }) => group);
}
