/** How long a record takes from the producer's hand to the consumer's, one at a time on a cluster that has nothing else to do. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from '../../src/kafka/contract.ts';

/** Milliseconds between two records: nobody waits for the one before. */
const apart = 10;
/** Records before those that count, while connections and compiled code come to be. */
const warmUp = 200;

export interface LatencyWork {
  readonly topic: string;
  readonly count: number;
  readonly size: number;
}

/** Milliseconds of each of `count` records, in their order. */
export async function latency(
  kafka: Kafka,
  { topic, count, size }: LatencyWork,
): Promise<{ latencies: number[] }> {
  const all = count + warmUp;
  const value = randomBytes(size);
  const sent: number[] = [];
  const latencies: number[] = [];
  const producer = kafka.producer();
  const consumer = kafka.consumer({ topic, from: new Map([[0, 0]]), until: new Map([[0, all]]) });
  const receiving = (async () => {
    for await (const batch of consumer) {
      const now = performance.now();
      for (const { offset } of batch.records) latencies.push(now - sent[offset]!);
      batch.release();
    }
  })();
  for (let record = 0; record < all; record++) {
    sent.push(performance.now());
    void producer.append(topic, 0, { value });
    await delay(apart);
  }
  await Promise.all([producer.close(), receiving]);
  return { latencies: latencies.slice(warmUp) };
}
