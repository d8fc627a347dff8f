/** The topic that a consumer reads: who leads its partitions, where they begin and end, and whether it is still the same. */
import { listOffsets, required, requireTopic } from '../admin/offsets.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NotNow } from '../cluster/failures.ts';
import type { TopicMetadata } from '../cluster/topic-metadata.ts';
import { KafkaError } from '../contract.ts';
import type { Cursor } from './cursor.ts';

/** How long a topic may be unknown to the brokers before it counts as deleted. */
const missingGraceMs = 5000;

export class FollowedTopic {
  readonly name: string;
  readonly #cluster: Cluster;
  #topic: TopicMetadata;
  /** It stood there since this reading began. Before, it is what was known, and may be another by now. */
  #isSure: boolean;

  private constructor(cluster: Cluster, topic: TopicMetadata, isSure: boolean) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#isSure = isSure;
    this.name = topic.name;
  }

  /**
   * What is known of it does, however old, if it tells of so many partitions: what has changed shows where it is read. Rejects with
   * KafkaError `unknown-topic`, or `closed` when the signal ends the search.
   */
  static async find(
    cluster: Cluster,
    name: string,
    signal: AbortSignal,
    partitions = 0,
  ): Promise<FollowedTopic> {
    const known = cluster.knownTopic(name);
    if (known !== undefined && known.partitions.length >= partitions)
      return new FollowedTopic(cluster, known, false);
    const find = () => requireTopic(cluster, name);
    return new FollowedTopic(cluster, await cluster.retry(`read topic ${name}`, find, signal), true);
  }

  /** False: it has not been asked for since this reading began. */
  get isSure(): boolean {
    return this.#isSure;
  }

  /** Records of it have come. */
  wasRead(): void {
    this.#isSure = true;
  }

  get id(): string {
    return this.#topic.id;
  }

  get partitions(): number {
    return this.#topic.partitions.length;
  }

  /**
   * Metadata that is as new as `notBefore` (by the steady clock; absent: as new as can be). False when no broker knows the topic (now). Rejects with KafkaError `topic-recreated` when it is
   * another one of the same name.
   */
  async refresh(notBefore?: number): Promise<boolean> {
    const topic = await this.#cluster.refreshTopic(this.name, notBefore);
    if (topic === undefined) {
      if (!this.#isSure) required(topic, this.name);
      return false;
    }
    if (topic.id !== this.#topic.id && this.#isSure) {
      throw new KafkaError(
        'topic-recreated',
        `Topic ${this.name} was deleted and created again while it was read. Its offsets mean other records now; start again to read the new one.`,
      );
    }
    this.#topic = topic;
    this.#isSure = true;
    return true;
  }

  /**
   * Fresh metadata that tells of so many partitions, as long as it takes. Rejects with KafkaError: `topic-recreated`, or
   * `unknown-topic` when no broker has known the topic for a while.
   */
  awaitPartitions(partitions: number, signal: AbortSignal): Promise<void> {
    const what = `find the partitions of topic ${this.name}`;
    let missingSince: number | undefined;
    const look = async () => {
      const isThere = await this.refresh();
      if (isThere && this.partitions >= partitions) return;
      if (!isThere) missingSince ??= performance.now();
      if (missingSince !== undefined && performance.now() - missingSince >= missingGraceMs)
        throw this.#deleted();
      throw new NotNow(Code.unknownTopicOrPartition, what);
    };
    return this.#cluster.retry(what, look, signal);
  }

  /**
   * The leader's broker id; also notes its epoch. `failedAt`: what is known from before then is not enough. Rejects with what may
   * pass, or KafkaError. Does not retry.
   */
  async leaderOf(cursor: Cursor, failedAt: number | undefined): Promise<number> {
    const place = `${this.name}-${cursor.partition}`;
    const isThere = failedAt === undefined || (await this.refresh(failedAt));
    const partition = isThere ? this.#topic.partitions[cursor.partition] : undefined;
    if (partition === undefined) {
      cursor.missingSince ??= performance.now();
      if (performance.now() - cursor.missingSince < missingGraceMs)
        throw new NotNow(Code.unknownTopicOrPartition, `find ${place}`);
      throw this.#deleted();
    }
    cursor.missingSince = undefined;
    if (partition.leader < 0) throw new NotNow(Code.leaderNotAvailable, `find the leader of ${place}`);
    cursor.leaderEpoch = partition.leaderEpoch;
    return partition.leader;
  }

  /** The first offset of each of these partitions. Does not retry. */
  earliest(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return listOffsets(this.#cluster, this.name, 'earliest', partitions);
  }

  /** Where a partition begins and ends now; retries, until the signal ends it. */
  range(
    partition: number,
    signal: AbortSignal,
  ): Promise<{ readonly earliest: number; readonly latest: number }> {
    const look = async () => {
      await this.refresh();
      const [first, last] = await Promise.all([
        listOffsets(this.#cluster, this.name, 'earliest', [partition]),
        listOffsets(this.#cluster, this.name, 'latest', [partition]),
      ]);
      return { earliest: first.get(partition)!, latest: last.get(partition)! };
    };
    return this.#cluster.retry(`find the offsets of ${this.name}-${partition}`, look, signal);
  }

  #deleted(): KafkaError {
    return new KafkaError('unknown-topic', `Topic ${this.name} was deleted while it was read.`);
  }
}
