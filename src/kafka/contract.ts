/**
 * The contract between Sluice and Kafka. Everything outside `src/kafka/` knows Kafka by these types alone; the
 * real client and the memory twin both pass `test/contracts/kafka.ts`.
 *
 * Who retries: the implementation, without end, whatever can succeed later (no broker, leader moving, ISR too small,
 * throttling), unless `giveUpAfter` is set. What can never succeed rejects at once with a {@link KafkaError}.
 */
import type { ClusterDescription, GroupListing, NewTopic, TopicDescription } from './descriptions.ts';

export type {
  BrokerDescription,
  ClusterDescription,
  GroupListing,
  NewTopic,
  TopicDescription,
  TopicRight,
} from './descriptions.ts';
export { KafkaError, type KafkaErrorKind } from './kafka-error.ts';

/** A header as it stands on the wire: the same name may occur more than once. */
export type Header = readonly [name: string, value: Uint8Array];

/** A record to append. `value` may come in pieces, which are sent one after the other without being joined. */
export interface NewRecord {
  readonly key?: Uint8Array | null;
  readonly headers?: readonly Header[];
  /** `null` is a tombstone. The bytes must not change until the append has resolved or rejected. */
  readonly value: Uint8Array | readonly Uint8Array[] | null;
}

/** Where an appended record stands. */
export interface Appended {
  readonly partition: number;
  /** -1 when the broker confirms the record and not its place: after a repetition whose first answer was lost. */
  readonly offset: number;
}

/**
 * `free`: the record may come to stand before others that were appended earlier, and behind later ones. `urgent`: the same, and it goes
 * before all of free order that wait.
 */
export type RecordOrder = 'kept' | 'free' | 'urgent';

/**
 * An idempotent producer (acks=all). Order within a partition is the order of the calls, across retries too, of the
 * records that are to keep it; a record stands at most once.
 */
export interface Producer {
  /**
   * Resolves with the record's place once all in-sync replicas have it.
   * Never copies `value`. Rejects with KafkaError: `too-large` when its batch can never fit (later appends go on),
   * `unauthorized`, `unknown-topic`, `closed`. A record that was sent, and of which nothing says that it does not stand there, may be
   * there all the same: the message tells it.
   */
  append(topic: string, partition: number, record: NewRecord, order?: RecordOrder): Promise<Appended>;
  /** Makes ready for appends to a partition, which then need not wait for a connection. Tells nothing: they do. */
  prepare(topic: string, partition: number): void;
  /**
   * Resolves when less than `bufferBytes` wait to be acknowledged. Callers that produce much await this before each
   * append: it is how back-pressure reaches the disk.
   */
  ready(): Promise<void>;
  /** Bytes that a record of free order best has at the most: infinite where nothing speaks against large ones. */
  readonly recordBytes: number;
  /** Bytes handed over and not yet acknowledged, with what has been made of them to compress them. */
  readonly pendingBytes: number;
  /** Waits for every outstanding append, then releases the connections. */
  close(): Promise<void>;
}

/** Ways to compress batches: Kafka's own, and `auto`: zstd where a look at the content promises something. */
export const compressions = ['none', 'auto', 'zstd', 'lz4', 'gzip', 'snappy'] as const;
export type Compression = (typeof compressions)[number];

export interface ProducerOptions {
  /** Bytes that may wait for acknowledgement before `ready()` blocks. Default 16 MiB. */
  readonly bufferBytes?: number;
  /**
   * So many connections to a broker at most, over which records of free order are spread. Default 1: then their order is kept too.
   */
  readonly connections?: number;
  /**
   * How batches are compressed, off the main thread; kept only where that makes the batch smaller. Default `none`. What a
   * topic's limit is promised to hold goes by the size before: a larger record may go through, or be refused `too-large`.
   */
  readonly compression?: Compression;
  /** Of zstd and `auto`, 1 to 22; of gzip, 1 to 9. Default 1, the fastest. Others have none. */
  readonly compressionLevel?: number;
}

/** A record as it was read. `key`, `value` and header values are views: valid until their batch is released. */
export interface ConsumedRecord {
  readonly offset: number;
  /** Milliseconds since the epoch, by the topic's `message.timestamp.type`. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  /** The first 64 headers; `headerCount` says how many the record carries. */
  readonly headers: readonly Header[];
  readonly headerCount: number;
  readonly value: Uint8Array | null;
}

/** From this offset on, records were written under this epoch of the partition's leaders; -1: nobody knows. */
export type EpochRun = readonly [epoch: number, from: number];

/** What one fetch brought of one partition, in offset order. */
export interface FetchedBatch {
  readonly partition: number;
  readonly records: readonly ConsumedRecord[];
  /** The epochs of its records. */
  readonly epochs: readonly EpochRun[];
  /** The offset to read next; past gaps left by compaction and transaction markers. */
  readonly nextOffset: number;
  /** The end of the partition when this was fetched. */
  readonly highWatermark: number;
  /** The oldest offset that the partition still holds. */
  readonly logStartOffset: number;
  /** Gives the memory back. Nothing of the batch may be touched afterwards. Idempotent. */
  release(): void;
}

/**
 * Reads partitions: those that it was given (manual assignment), or those that a consumer group gives it. Iterating
 * yields batches of all of them, fairly; the batch's CRC32C has been checked. Records of transactions come as they stand on the log,
 * those of open and of aborted ones too (Kafka's `read_uncommitted`): our producers make none, and others' are theirs to tell apart.
 * Leaving the loop closes the consumer. At most `bufferBytes` of unreleased and prefetched data are held (a single batch larger than that still comes, alone).
 */
export interface Consumer extends AsyncIterable<FetchedBatch> {
  /**
   * Commits positions as the member that the consumer is: its partitions' only, and only while they are its own.
   * Rejects with KafkaError `fenced` when they are not (any more): what was read of them belongs to somebody else.
   * A consumer without a group rejects with `invalid`; it commits by {@link Kafka.commit}.
   */
  commit(positions: ReadonlyMap<number, Position>): Promise<void>;
  /**
   * Stops the iteration after the batch in hand, gives partitions back (`onRevoked`) and leaves the group; what is being
   * committed is committed first. Idempotent. Rejects with what `onRevoked` threw. Without an answer of any broker for
   * `sessionTimeout`, commits are refused as `fenced` and `onLost` follows: an outage does not hold it up for longer than that and
   * the time-outs of two requests. The body of the loop may call it too: the callbacks run there and then, beside that body.
   */
  close(): Promise<void>;
}

/** Offsets `[from, earliest)` that a reader does not get: they are not there any more, or `unreadable`, and why. */
export type ReadingGap = Readonly<{ partition: number; from: number; earliest: number; unreadable?: string }>;

/** What all ways of reading have in common. */
interface Reading {
  readonly topic: string;
  /** Bytes of prefetched and unreleased data. Default 32 MiB. */
  readonly bufferBytes?: number;
  /** The same while several connections to a broker are read over; not less. Default: `bufferBytes`, 64 MiB without it. */
  readonly aheadBytes?: number;
  /**
   * At most so many connections to one broker are read over at once: where the way there is long and much is to be read, as many as carry
   * more than fewer do. Default 32; 1: never more than one.
   */
  readonly connections?: number;
  /**
   * Retention has removed the next offset (the first one below the log start, or read too late); or it is of a batch that is whole by its
   * CRC32C, and becomes more than anybody takes, or no records. Called with what is lost; reading goes on at `earliest`. Without it the
   * iteration throws KafkaError `out-of-range`, or `corrupt`. Never silent.
   */
  readonly onGap?: (gap: ReadingGap) => void;
  /**
   * The log was cut (an unclean leader election, a broker put back from a backup; KIP-320): what was handed out from `at` to `until`
   * stands there no more, and other records may. Reading goes on at `at`, the earliest offset where nobody can tell how much is as it
   * was. Or the log now ends at `at`, before the `until` of the reading: that partition's ends. Without it: KafkaError `out-of-range`.
   */
  readonly onCut?: (cut: { partition: number; at: number; until: number }) => void;
  /** Ends the iteration without an error: once the batch in hand is done with. */
  readonly signal?: AbortSignal;
}

/** Manual assignment: the caller says which partitions are read, and from where. */
export interface AssignedReading extends Reading {
  readonly group?: undefined;
  /** Partition -> first offset to read. Only these are read (and the new ones, see `newPartitions`). */
  readonly from: ReadonlyMap<number, number>;
  /** Partition -> epochs of what was read before `from`, by which a cut of the log is noticed. */
  readonly epochs?: ReadonlyMap<number, readonly EpochRun[]>;
  /** Partition -> end offset (exclusive). When all are reached the iteration ends. Absent: it goes on for ever. */
  readonly until?: ReadonlyMap<number, number>;
  /**
   * True: partitions above the highest of `from` are read from their first record, those that are there already and
   * those added while reading: none falls between asking for offsets and reading. Looked for every `metadataMaxAge` (30 s).
   */
  readonly newPartitions?: boolean;
}

/**
 * Assignment by a consumer group: its members share the partitions, new ones too, and each of them is one member's. Whoever
 * joins, leaves or dies has all of them given up and dealt out anew. A member that cannot be reached for `sessionTimeout`
 * counts as dead, however busy it is; heartbeats are sent whether or not the iteration goes on.
 *
 * The callbacks run while the iteration waits for a batch, never beside the body of a loop over it, unless somebody calls
 * `close` of consumer or client meanwhile; an error that one throws ends the iteration, which tells it. They must not await
 * such a `close` themselves.
 */
export interface GroupReading extends Reading {
  readonly group: string;
  readonly from?: undefined;
  /**
   * These partitions are ours now. Answers partition -> first offset to read; those left out begin at the group's committed
   * position, else at their first record. `committed` holds the positions, with the words of who committed them.
   */
  readonly onAssigned?: (
    partitions: readonly number[],
    committed: ReadonlyMap<number, Position>,
  ) => Promise<ReadonlyMap<number, number> | undefined>;
  /** These partitions will be given up when this has resolved: the time to finish what was read of them, and to commit. */
  readonly onRevoked?: (partitions: readonly number[]) => Promise<void>;
  /** These partitions are no longer ours and may be another's already: commits of them are refused. */
  readonly onLost?: (partitions: readonly number[]) => Promise<void>;
  /** A name of this member's own (`group.instance.id`): it may restart within `sessionTimeout` and keep its partitions. */
  readonly instanceId?: string;
  /** Milliseconds without a sign of life after which others take over. Default 45,000. */
  readonly sessionTimeout?: number;
  /**
   * Milliseconds that the reader may keep a batch before it asks for the next; then its partitions are given to others. The
   * group waits as long for its members when partitions are dealt out anew. Default 300,000; Infinity: as long as it takes.
   */
  readonly maxPollInterval?: number;
}

export type ConsumerOptions = AssignedReading | GroupReading;

/** A place in time: the oldest record, the end, or the first record at or after milliseconds since the epoch. */
export type OffsetAt = 'earliest' | 'latest' | { readonly time: number };

/** A partition's committed position, with a word of the committer's own (Kafka's offset metadata). */
export interface Position {
  readonly offset: number;
  readonly metadata: string;
  /** Of the record before it, where that is known. */
  readonly leaderEpoch?: number;
}

/** One client of one cluster. */
export interface Kafka {
  /** The cluster's id and its live brokers. Also the cheapest proof that the cluster answers. */
  describeCluster(): Promise<ClusterDescription>;
  /** Undefined when there is no such topic. Never creates it. */
  describeTopic(topic: string): Promise<TopicDescription | undefined>;
  /** Creates the topic and resolves, with what it is, once every partition has a leader; resolves too when it exists already. */
  createTopic(topic: NewTopic): Promise<TopicDescription>;
  /** Names of the topics this client may see, internal ones left out. */
  listTopics(): Promise<readonly string[]>;
  /** The consumer groups that this client may see; empty where brokers do not tell. */
  listGroups(): Promise<readonly GroupListing[]>;
  /**
   * Partition -> bytes of its log on the broker that has most of it; undefined where the brokers do not tell: Kafka asks for the right
   * Describe on the cluster. Topics and partitions that are not there are left out.
   */
  logBytes(topics: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, number>> | undefined>;
  /** Partition -> offset. For a time after the last record: the end. Rejects `unknown-topic`. */
  offsets(topic: string, at: OffsetAt): Promise<ReadonlyMap<number, number>>;
  /**
   * Partition -> up to where its log is as it was read; 0 where it is known to be another. Asked with the epochs of what was read;
   * partitions about which nobody can tell are left out. Rejects `unknown-topic`.
   */
  agreement(
    topic: string,
    read: ReadonlyMap<number, readonly EpochRun[]>,
  ): Promise<ReadonlyMap<number, number>>;
  /** Partition -> committed position of a consumer group; partitions without one are left out. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, Position>>;
  /**
   * Commits positions outside any group membership (generation -1, as manual assignment does). Rejects with KafkaError
   * `fenced` while the group has members.
   */
  commit(group: string, topic: string, positions: ReadonlyMap<number, Position>): Promise<void>;
  /**
   * Reads a partition from an offset, or from its first record if that is later, to the end that it has now, and resolves with that end.
   * `each` gets the records in offset order, while it runs only. Little is read in one round trip. Stops with what `each` throws.
   */
  readToEnd(
    topic: string,
    partition: number,
    from: number,
    each: (record: ConsumedRecord) => void,
  ): Promise<number>;
  producer(options?: ProducerOptions): Producer;
  consumer(options: ConsumerOptions): Consumer;
  /** Closes producers, consumers and connections. Idempotent. */
  close(): Promise<void>;
}

/** Told by the client while it waits and retries, so that the user can be told once in a while. */
export interface KafkaStatus {
  readonly state: 'connected' | 'unreachable' | 'throttled';
  /** One sentence: what is the matter, with the last real error. */
  readonly message: string;
  /** Since when, milliseconds since the epoch. */
  readonly since: number;
}
