/** A member of a consumer group at work, for the contract's tests. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Consumer, GroupReading, Kafka, Position } from '../../../src/kafka/contract.ts';
import { appendTexts, freshTopic, type Ground } from './ground.ts';

export interface MemberOptions extends GroupReading {
  /** The body of the loop over batches. */
  readonly onBatch?: () => Promise<void>;
  /** True: nothing is committed. */
  readonly keepsPositions?: boolean;
}

export interface Member {
  readonly consumer: Consumer;
  /** `PARTITION/OFFSET TEXT` of what has been read. */
  readonly read: readonly string[];
  /** What is ours now. */
  readonly owned: readonly number[];
  /** What was lost, each time. */
  readonly lost: readonly (readonly number[])[];
  /** Settles as the iteration does. */
  readonly ended: Promise<void>;
  /** Closes the consumer and waits for the end of the iteration. */
  close(): Promise<void>;
}

/** Reads until the test ends, and commits what it has read whenever partitions are given up. */
export function startMember(t: TestContext, kafka: Kafka, options: MemberOptions): Member {
  const { onBatch, keepsPositions, ...reading } = options;
  const read: string[] = [];
  const lost: (readonly number[])[] = [];
  const positions = new Map<number, Position>();
  let owned: readonly number[] = [];
  const membership: GroupReading = {
    ...reading,
    sessionTimeout: 6000,
    onAssigned: async (partitions, committed) => {
      owned = partitions;
      positions.clear();
      return reading.onAssigned?.(partitions, committed);
    },
    onRevoked: async (partitions) => {
      await reading.onRevoked?.(partitions);
      if (!keepsPositions) await consumer.commit(positions);
      owned = [];
    },
    onLost: async (partitions) => {
      lost.push(partitions);
      owned = [];
      await reading.onLost?.(partitions);
    },
  };
  const consumer = kafka.consumer(membership);
  const run = async () => {
    for await (const batch of consumer) {
      for (const { offset, value } of batch.records) {
        read.push(`${batch.partition}/${offset} ${Buffer.from(value!).toString()}`);
      }
      positions.set(batch.partition, { offset: batch.nextOffset, metadata: '' });
      await onBatch?.();
      batch.release();
    }
  };
  const ended = run();
  ended.catch(() => {});
  const close = async () => {
    await consumer.close();
    await ended;
  };
  t.after(() => close().catch(() => {}));
  return {
    consumer,
    read,
    get owned() {
      return owned;
    },
    lost,
    ended,
    close,
  };
}

/** What {@link filled} puts into each partition. */
export const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A topic whose partitions hold these texts each, and the name of a group. */
export async function filled(ground: Ground, partitions: number, texts: readonly string[] = letters) {
  const topic = await freshTopic(ground, partitions);
  const producer = ground.kafka.producer();
  for (let partition = 0; partition < partitions; partition += 1) {
    await appendTexts(producer, topic, partition, texts);
  }
  return { topic, group: `contract-${randomUUID()}`, producer };
}
