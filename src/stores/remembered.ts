/** What a sink remembers across restarts: uploads that are open, and how far topics were read. */
import type { EpochRun } from '../kafka/contract.ts';

/** A byte range `[start, end)`. */
export type ByteRange = readonly [start: number, end: number];

/** An upload that is not complete, as the sink remembers it across restarts. */
export interface UnfinishedUpload {
  readonly upload: string;
  readonly uploader: string;
  readonly path: string;
  /** Kafka's id of the topic that it is on; empty in what sinks of earlier releases remember. */
  readonly topic: string;
  readonly size: number;
  /** Durable in the temporary file; sorted, apart from each other. */
  readonly ranges: readonly ByteRange[];
  /** The closing record's facts as JSON, when it came before the last bytes. */
  readonly close: string | undefined;
  /** Partition of the topic -> Kafka offsets of the first and the last record of it: from the first on all can be had again. */
  readonly seen: readonly (readonly [partition: number, first: number, last: number])[];
}

/** How far a downloader has read one topic into a sink. */
export interface TopicPositions {
  /** The downloader's name: under another one a topic is read anew. */
  readonly reader: string;
  /** Kafka's id of the topic, its name, and the id of its cluster: topics of one name on two clusters are two. */
  readonly topic: string;
  readonly name: string;
  readonly cluster: string;
  readonly partitions: ReadonlyMap<number, ReadRange>;
}

/** Kafka offsets of a partition. */
export interface ReadRange {
  /** Where reading began: what stands before it was not asked for. */
  readonly began: number;
  /** What stands from `began` to here has been dealt with, and is durable. */
  readonly safe: number;
  /** By which leaders' epochs what stands before `safe` was written, where that is known. */
  readonly epochs?: readonly EpochRun[];
}
