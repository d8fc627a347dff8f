/** What comparisons stand on: a broker, an sshd and a folder of their own, gone when they end. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningBroker, startBroker } from '../src/broker/broker.ts';
import { createKafka } from '../src/kafka/client.ts';
import { type Owner, Scope } from '../test/support/owner.ts';
import { type Sshd, startSshd } from './sshd.ts';

const warmUpRounds = 4;
const warmUpRecords = 1000;

export interface Ground {
  readonly folder: string;
  readonly broker: RunningBroker;
  /** Process id of the broker's one node. */
  readonly brokerPid: number;
  readonly sshd: Sshd;
  /** What is called when it ends. */
  after: Owner['after'];
  /** A topic of its own for one run; its data is removed soon after. */
  withTopic<T>(work: (topic: string) => Promise<T>): Promise<T>;
}

/** Calls `work` on a ground below `place`; everything is stopped and removed afterwards. */
export async function onGround<T>(place: string, work: (ground: Ground) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(await realpath(place), 'sluice-bench-'));
  const removeAtExit = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  process.on('exit', removeAtExit);
  try {
    const folder = join(root, 'files');
    await mkdir(folder);
    const scope = new Scope();
    const sshd = await startSshd(join(root, 'sshd'));
    try {
      return await withBroker(join(root, 'kafka'), (broker, withTopic) => {
        const brokerPid = broker.nodes[0]?.pid ?? 0;
        return work({ folder, broker, brokerPid, sshd, withTopic, after: (end) => scope.after(end) });
      });
    } finally {
      await scope.close();
      await sshd.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', removeAtExit);
  }
}

async function withBroker<T>(
  dataDir: string,
  work: (broker: RunningBroker, withTopic: Ground['withTopic']) => Promise<T>,
): Promise<T> {
  // Deleted topics give their space back at once: a run leaves nothing to the next one.
  const properties = { 'log.segment.delete.delay.ms': '100' };
  const broker = await startBroker({ dataDir, properties, heapMegabytes: 1024, longRunning: true });
  let topics = 0;
  const withTopic: Ground['withTopic'] = async (use) => {
    const topic = `bench-${++topics}`;
    const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
    try {
      const config = { 'compression.type': 'producer' };
      await kafka.createTopic({ name: topic, partitions: 4, replicationFactor: 1, config });
      return await use(topic);
    } finally {
      await kafka.close();
      await deleteTopics(broker.bootstrapServers, [topic, `${topic}.state`]);
    }
  };
  try {
    await warmUp(broker, withTopic);
    return await work(broker, withTopic);
  } finally {
    await broker.stop();
  }
}

/** Java compiles what runs often, for as long as it does not run well: a broker is at its best after some gigabytes. */
async function warmUp({ bootstrapServers }: RunningBroker, withTopic: Ground['withTopic']): Promise<void> {
  const value = randomBytes(1_000_000);
  for (let round = 0; round < warmUpRounds; round++) {
    await withTopic(async (topic) => {
      const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
      const producer = kafka.producer();
      const until = new Map([[0, warmUpRecords]]);
      const consumer = kafka.consumer({ topic, from: new Map([[0, 0]]), until });
      const receiving = (async () => {
        for await (const batch of consumer) batch.release();
      })();
      for (let record = 0; record < warmUpRecords; record++) {
        await producer.ready();
        void producer.append(topic, 0, { value });
      }
      await Promise.all([producer.close(), receiving]);
      await kafka.close();
    });
  }
}

async function deleteTopics(bootstrapServers: string, topics: string[]): Promise<void> {
  const { Admin } = await import('@platformatic/kafka');
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [bootstrapServers] });
  try {
    const present = await admin.listTopics();
    await admin.deleteTopics({ topics: topics.filter((topic) => present.includes(topic)) });
  } finally {
    await admin.close();
  }
}
