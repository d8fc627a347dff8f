/** Topics that are copied from one cluster to another, as MirrorMaker copies them. */
import type { Kafka } from '../../src/kafka/contract.ts';
import { createMemoryCluster, type MemoryCluster } from '../../src/kafka/memory.ts';

/** A cluster whose records are stamped as a test says. */
export interface ClockedCluster {
  readonly cluster: MemoryCluster;
  readonly kafka: Kafka;
  /** Milliseconds since the epoch; undefined: the real time from now on. */
  set(milliseconds: number | undefined): void;
}

export function clockedCluster(): ClockedCluster {
  let time: number | undefined = 0;
  const cluster = createMemoryCluster({ now: () => time ?? Date.now() });
  const set = (milliseconds: number | undefined) => {
    time = milliseconds;
  };
  return { cluster, kafka: cluster.client(), set };
}

/** Records with their times, to offsets as they come. The topics must exist at both ends, with as many partitions. `since`: from this offset on. */
export async function mirror(
  source: Kafka,
  target: ClockedCluster,
  topics: readonly string[],
  since = 0,
): Promise<void> {
  const producer = target.kafka.producer();
  for (const topic of topics) {
    const [earliest, until] = await Promise.all([
      source.offsets(topic, 'earliest'),
      source.offsets(topic, 'latest'),
    ]);
    const from = new Map([...earliest].map(([partition, offset]) => [partition, Math.max(offset, since)]));
    for await (const batch of source.consumer({ topic, from, until })) {
      for (const { key, value, headers, timestamp } of batch.records) {
        target.set(Number(timestamp));
        const copy = { key: key && Buffer.from(key), value: value && Buffer.from(value) };
        await producer.append(topic, batch.partition, { ...copy, headers });
      }
      batch.release();
    }
  }
  target.set(undefined);
}
