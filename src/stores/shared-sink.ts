/**
 * What the members of a group keep at a sink for each other. A partition is held by one member after the other; each says from where it is
 * to be read on, and which uploads were open there: the two together are true for ever, whoever goes on with them.
 */
import type { ReadRange, TopicPositions, UnfinishedUpload } from './remembered.ts';

/** How far somebody was with a partition. */
export interface Claim {
  /** Grows each time that somebody takes the partition over. */
  readonly term: number;
  readonly range: ReadRange;
  /** Open uploads of it; their `seen` tells of this partition alone. */
  readonly uploads: readonly UnfinishedUpload[];
}

/** The newest claim of a partition. */
export interface NewestClaim extends Claim {
  /** Ours, of this run or an earlier one. */
  readonly isOwn: boolean;
}

/** A topic as positions name it. */
export type ReadTopicName = Pick<TopicPositions, 'topic' | 'name' | 'cluster'>;

/** As with {@link Sink}, nobody in here retries. */
export interface SharedSink {
  /** The group's name. */
  readonly group: string;
  /**
   * Where the group first began to read the partitions of a topic, by their numbers: `first`, if nobody has said it before. Throws
   * ConfigurationError where the group has read another topic of this name on this cluster.
   */
  begin(topic: ReadTopicName, first: () => Promise<readonly number[]>): Promise<readonly number[]>;
  /** The newest claim of each partition that anybody ever had. */
  claims(topic: string): Promise<ReadonlyMap<number, NewestClaim>>;
  /**
   * Makes claims durable, all at once: these partitions are ours from now on. What we said of the partitions in `left`, others have taken
   * over: it is forgotten.
   */
  take(topic: ReadTopicName, taken: ReadonlyMap<number, Claim>, left: Iterable<number>): Promise<void>;
}
