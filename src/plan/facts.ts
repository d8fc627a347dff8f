/** What a plan is made of: how much comes, who reads it, and what it runs on. */
import { serveDefaults } from '../delivery/serve-options.ts';

/** Files of about one size. */
export interface FileLoad {
  readonly perDay: number;
  /** Bytes. */
  readonly averageSize: number;
}

export interface FilesFacts {
  readonly topic: string;
  /** By size: those that go in packs apart from large ones. */
  readonly loads: readonly FileLoad[];
  readonly uploaders: number;
  /** Sinks: each reads all of it. */
  readonly downloaders: number;
  /** Downloaders that fill one of those sinks together. */
  readonly members: number;
  /** The busiest hour has so many times the mean. */
  readonly peak: number;
  /** Files that appear at an uploader at once. */
  readonly together: number;
  /** Milliseconds that a receiver may be away. */
  readonly away: number;
  /** Files that stand at the sources, and are remembered. */
  readonly remembered: number;
}

export interface LiveFacts {
  readonly topic: string;
  readonly streams: number;
  /** Bits a second of a stream, all renditions together. */
  readonly bitRate: number;
  readonly renditions: number;
  readonly viewers: number;
  /** A cache stands before the servers. */
  readonly cached: boolean;
  readonly servers: number;
  /** Milliseconds that viewers can go back. */
  readonly rewind: number;
}

export interface ClusterFacts {
  readonly brokers: number;
  /** Bytes a second of a broker's line, each way. */
  readonly line: number;
  /** Bytes of a broker's disk; undefined: as large as the plan says. */
  readonly disk?: number | undefined;
}

export interface PlanFacts {
  readonly files?: FilesFacts | undefined;
  readonly live?: LiveFacts | undefined;
  readonly cluster: ClusterFacts;
}

export const planDefaults = {
  topic: 'files',
  liveTopic: 'live',
  uploaders: 1,
  downloaders: 1,
  members: 1,
  peak: 4,
  together: 1,
  away: 3 * 86_400_000,
  renditions: 1,
  servers: 1,
  rewind: serveDefaults.rewind,
  brokers: 3,
  line: 125_000_000,
} as const;

/** A value, and why it is so: a sentence or two. */
export interface Reasoned<T> {
  readonly value: T;
  readonly why: string;
}

/** A topic as it is to be. */
export interface PlannedTopic {
  readonly name: string;
  /** What it holds. */
  readonly holds: string;
  readonly partitions: Reasoned<number>;
  readonly replicas: Reasoned<number>;
  /** By Kafka's names. */
  readonly config: Readonly<Record<string, Reasoned<string>>>;
}

/** A setting of all brokers, or what clients of a user may take. */
export interface PlannedSetting extends Reasoned<string> {
  readonly name: string;
}

export interface PlannedQuota {
  /** What its clients call themselves: the beginning of their `client.id`, and who they are. */
  readonly who: 'uploaders' | 'downloaders' | 'servers';
  readonly name: 'producer_byte_rate' | 'consumer_byte_rate';
  readonly value: number;
  readonly why: string;
}

export type Unit = 'bytes' | 'bytes/s' | 'cores' | 'files' | 'records/s' | 'connections';

/** What it takes: of a disk, a line, a processor. */
export interface Need {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** The formula with its figures. */
  readonly terms: string;
  readonly why: string;
}

export interface Plan {
  readonly topics: readonly PlannedTopic[];
  readonly brokers: readonly PlannedSetting[];
  readonly quotas: readonly PlannedQuota[];
  readonly needs: readonly Need[];
  /** What does not fit, or should be known. */
  readonly warnings: readonly string[];
}

export const day = 86_400_000;
