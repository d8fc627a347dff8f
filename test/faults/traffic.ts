/** Numbered records, sent and read without end while something is being broken, and the account of them afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from '../../src/kafka/contract.ts';
import { kcat } from '../support/kcat.ts';

/** What became of the numbered records of a topic. */
export interface Account {
  readonly sent: number;
  /** Acknowledged and not on the topic. */
  readonly lost: number;
  /** Standing on the topic more than once. */
  readonly twice: number;
  /** Standing behind a higher number of their partition. */
  readonly outOfOrder: number;
  /** Acknowledged with an offset that holds another record. */
  readonly misplaced: number;
  /** Read by our own consumer not exactly once, in order. */
  readonly misread: number;
  /** Seconds between two acknowledgements, at most. */
  readonly longestStall: number;
}

export interface Traffic {
  /** Records acknowledged so far. */
  readonly acknowledged: number;
  /** Sends no more, waits for what is on its way and for the reader to have it, and gives the account. */
  finish(): Promise<Account>;
  /** Sends no more; for the end of a test that has failed. */
  abandon(): void;
}

export interface TrafficOptions {
  readonly topic: string;
  readonly partitions: number;
  /** Bytes of a record. */
  readonly size?: number;
  /** Milliseconds between two rounds of one record to each partition. */
  readonly interval?: number;
}

interface Acknowledged {
  readonly partition: number;
  readonly offset: number;
  readonly number: number;
}

/** Begins. `writer` and `reader` are clients of the same cluster; the topic is there and empty. */
export function startTraffic(
  writer: Kafka,
  reader: Kafka,
  { topic, partitions, size = 2000, interval = 5 }: TrafficOptions,
): Traffic {
  const producer = writer.producer({ bufferBytes: 4 * 1024 * 1024 });
  const filler = Buffer.alloc(size, '.');
  const acknowledged: Acknowledged[] = [];
  const failures: unknown[] = [];
  const read = new Map<number, number[]>();
  let running = true;
  let number = 0;
  let lastAcknowledgement = performance.now();
  let longestStall = 0;

  const send = async () => {
    while (running) {
      await producer.ready();
      for (let partition = 0; partition < partitions; partition += 1) {
        number += 1;
        const mine = number;
        producer
          .append(topic, partition, { key: Buffer.from(String(mine)), value: filler })
          .then(({ offset }) => {
            const now = performance.now();
            longestStall = Math.max(longestStall, now - lastAcknowledgement);
            lastAcknowledgement = now;
            acknowledged.push({ partition, offset, number: mine });
          }, failures.push.bind(failures));
      }
      await delay(interval);
    }
    await producer.close();
  };

  const consumer = reader.consumer({
    topic,
    from: new Map(Array.from({ length: partitions }, (_, partition) => [partition, 0])),
  });
  const receive = async () => {
    for await (const batch of consumer) {
      const numbers = read.get(batch.partition) ?? [];
      read.set(batch.partition, numbers);
      for (const record of batch.records) numbers.push(Number(Buffer.from(record.key!).toString()));
      batch.release();
    }
  };
  const sending = send();
  const receiving = receive();
  receiving.catch((error: unknown) => failures.push(error));

  return {
    get acknowledged() {
      return acknowledged.length;
    },
    abandon() {
      running = false;
    },
    async finish() {
      running = false;
      await sending;
      const readCount = () => [...read.values()].reduce((sum, numbers) => sum + numbers.length, 0);
      while (readCount() < acknowledged.length && failures.length === 0) await delay(50);
      await consumer.close();
      await receiving.catch(() => {});
      if (failures.length > 0)
        throw new AggregateError(failures, `${failures.length} failures, the first: ${failures[0]}`);
      const account = settle(await standing(writer, topic), acknowledged, read);
      return { sent: number, ...account, longestStall: longestStall / 1000 };
    },
  };
}

interface Standing {
  readonly partition: number;
  readonly offset: number;
  readonly number: number;
}

/** What stands on the topic, by librdkafka's reading. */
async function standing(kafka: Kafka, topic: string): Promise<Standing[]> {
  const { brokers } = await kafka.describeCluster();
  const bootstrap = brokers.map(({ host, port }) => `${host}:${port}`).join(',');
  const args = ['-b', bootstrap, '-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%p %o %k\n'];
  const text = (await kcat(args)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .map(([partition, offset, number]) => ({ partition: partition!, offset: offset!, number: number! }))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

function settle(
  records: readonly Standing[],
  acknowledged: readonly Acknowledged[],
  read: ReadonlyMap<number, readonly number[]>,
): Omit<Account, 'sent' | 'longestStall'> {
  const seen = new Set<number>();
  const highest = new Map<number, number>();
  const places = new Map<string, number>();
  let twice = 0;
  let outOfOrder = 0;
  for (const { partition, offset, number } of records) {
    if (seen.has(number)) twice += 1;
    seen.add(number);
    if (number < (highest.get(partition) ?? 0)) outOfOrder += 1;
    highest.set(partition, Math.max(number, highest.get(partition) ?? 0));
    places.set(`${partition}-${offset}`, number);
  }
  const lost = acknowledged.filter(({ number }) => !seen.has(number)).length;
  const misplaced = acknowledged.filter(
    ({ partition, offset, number }) => places.get(`${partition}-${offset}`) !== number,
  ).length;
  let misread = 0;
  for (const [partition, numbers] of Map.groupBy(records, (record) => record.partition)) {
    const mine = read.get(partition) ?? [];
    misread += Math.abs(mine.length - numbers.length);
    misread += numbers.filter(({ number }, index) => mine[index] !== number).length;
  }
  return { lost, twice, outOfOrder, misplaced, misread };
}
