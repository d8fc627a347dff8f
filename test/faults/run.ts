/**
 * Breaks a real cluster of three brokers (replication factor 3, min ISR 2) under numbered traffic, one fault after the other,
 * and prints what became of the records. `node test/faults/run.ts [FAULT...]`; exit code 1 when anything was lost, doubled
 * or out of order.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { uniqueTopic } from '../support/unique.ts';
import { type Account, startTraffic } from './traffic.ts';

type Fault = (cluster: RunningBroker) => Promise<void>;

const partitions = 6;

/** Each breaks the cluster and mends it. */
const faults: Readonly<Record<string, Fault>> = {
  'rolling restart': async ({ nodes }) => {
    for (const node of nodes) {
      await node.stop();
      await node.start();
      await delay(3000);
    }
  },
  // Each of them leads a third of the partitions.
  'a leader killed every 10 s': async ({ nodes }) => {
    for (let round = 0; round < 12; round += 1) {
      const node = nodes[round % nodes.length]!;
      const since = performance.now();
      await node.kill();
      await delay(2000);
      await node.start();
      await delay(Math.max(0, 10_000 - (performance.now() - since)));
    }
  },
  'all brokers down for 60 s': async ({ nodes }) => {
    await Promise.all(nodes.map((node) => node.kill()));
    await delay(60_000);
    await Promise.all(nodes.map((node) => node.start()));
  },
  'min ISR lost and regained': async ({ nodes: [, second, third] }) => {
    await Promise.all([second!.kill(), third!.kill()]);
    await delay(20_000);
    await Promise.all([second!.start(), third!.start()]);
  },
  'a broker frozen for 45 s': async ({ nodes: [first] }) => {
    await first!.kill('SIGSTOP');
    await delay(45_000);
    await first!.kill('SIGCONT');
  },
};

/** Long enough for the traffic to be under way, and to be well again. */
const settleMs = 3000;

async function suffer(cluster: RunningBroker, fault: Fault): Promise<Account> {
  const properties = { 'bootstrap.servers': cluster.bootstrapServers };
  const [writer, reader] = [createKafka({ properties }), createKafka({ properties })];
  try {
    const topic = uniqueTopic('faults');
    await writer.createTopic({ name: topic, partitions, replicationFactor: 3 });
    const traffic = startTraffic(writer, reader, { topic, partitions });
    await delay(settleMs);
    await fault(cluster);
    await delay(settleMs);
    return await traffic.finish();
  } finally {
    await Promise.all([writer.close(), reader.close()]);
  }
}

const chosen = process.argv.slice(2);
const names = Object.keys(faults).filter(
  (name) => chosen.length === 0 || chosen.some((part) => name.includes(part)),
);
const dataDir = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
const cluster = await startBroker({ brokers: 3, dataDir });
try {
  console.log('| fault | sent | lost | twice | out of order | misread | longest stall, s | resident, MB |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const name of names) {
    const { sent, lost, twice, outOfOrder, misread, misplaced, longestStall } = await suffer(
      cluster,
      faults[name]!,
    );
    const resident = Math.round(process.memoryUsage.rss() / 1e6);
    const cells = [name, sent, lost, twice, outOfOrder, misread, longestStall.toFixed(1), resident];
    console.log(`| ${cells.join(' | ')} |`);
    if (lost + twice + outOfOrder + misread + misplaced > 0) process.exitCode = 1;
  }
} finally {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
}
