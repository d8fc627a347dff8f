/** What a reader is told of, or ended by: records that stand on the partition no more. */
import { KafkaError } from '../contract.ts';
import type { Cursor } from './cursor.ts';

/** What retention has removed before it was read. */
export interface Gap {
  readonly cursor: Cursor;
  readonly generation: number;
  readonly from: number;
  /** The oldest offset that is there. */
  readonly earliest: number;
}

/** What has been read, or was to be read, and does not stand there any more: the log was cut. */
export interface Cut {
  readonly cursor: Cursor;
  /** Up to here the log is as it was. */
  readonly at: number;
  /** Exclusive. */
  readonly until: number;
  /** Undefined: it was read. Otherwise it was to be read, by a cursor of this generation, and the partition's reading ends. */
  readonly unread?: number;
}

/** What ends a reader that is not told of gaps. */
export function gapError(topic: string, { cursor, from, earliest }: Gap): KafkaError {
  const message = `${topic}-${cursor.partition} begins at ${earliest}; offsets from ${from} on are gone.`;
  return new KafkaError('out-of-range', message);
}

/** What ends a reader that is not told of cuts. */
export function cutError(topic: string, { cursor, at, until }: Cut): KafkaError {
  const lost = `its records from offset ${at} to ${until - 1} do not stand there any more, and others may`;
  const message = `${topic}-${cursor.partition} was cut (an unclean leader election, or a broker that was restored): ${lost}. Read it again from offset ${at} at the latest.`;
  return new KafkaError('out-of-range', message);
}

/** That a reading names a partition that its topic does not have. */
export function missingPartition(topic: string, partition: number): KafkaError {
  return new KafkaError('unknown-topic', `Topic ${topic} has no partition ${partition}.`);
}
