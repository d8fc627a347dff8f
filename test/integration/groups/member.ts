/**
 * A program that is a member of a consumer group: reads slowly, commits all the time, and tells on standard output what
 * happens to it, one JSON object a line. `node member.ts BOOTSTRAP TOPIC GROUP`
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka } from '../../../src/kafka/client.ts';
import { KafkaError, type Position } from '../../../src/kafka/contract.ts';

/** What the program tells. */
export interface MemberLine {
  readonly type: 'assigned' | 'revoked' | 'lost' | 'read' | 'refused';
  readonly partitions?: readonly number[];
  readonly partition?: number;
  readonly numbers?: readonly number[];
  readonly kind?: string;
}

function tell(line: MemberLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(bootstrap: string, topic: string, group: string): Promise<void> {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
  const positions = new Map<number, Position>();
  const commit = async () => {
    await consumer.commit(new Map(positions)).catch((error: unknown) => {
      tell({ type: 'refused', kind: error instanceof KafkaError ? error.kind : String(error) });
    });
  };
  const consumer = kafka.consumer({
    topic,
    group,
    sessionTimeout: 6000,
    // Several fetches for what the test holds ready, so that some wait here.
    bufferBytes: 256 * 1024,
    onAssigned: async (partitions) => {
      tell({ type: 'assigned', partitions });
      return undefined;
    },
    onRevoked: async (partitions) => {
      await commit();
      positions.clear();
      tell({ type: 'revoked', partitions });
    },
    onLost: async (partitions) => {
      positions.clear();
      tell({ type: 'lost', partitions });
    },
  });
  setInterval(() => void commit(), 100);
  for await (const { partition, records, nextOffset, release } of consumer) {
    tell({
      type: 'read',
      partition,
      numbers: records.map(({ key }) => Number(Buffer.from(key!).toString())),
    });
    release();
    positions.set(partition, { offset: nextOffset, metadata: '' });
    await delay(20);
  }
}

if (import.meta.main) {
  const [bootstrap = '', topic = '', group = ''] = process.argv.slice(2);
  await main(bootstrap, topic, group);
}
