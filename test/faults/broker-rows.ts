/** Brokers that stop, die, stand still, or are too few. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerNode } from '../../src/broker/broker.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultRow, mixed, type Scene } from './row.ts';
import { isWhole, leaderOf } from './witness.ts';

/** The node that leads the topic's first partition now. */
async function leader({ nodes, topic, witness }: Scene): Promise<BrokerNode> {
  return await waitFor(
    async () => {
      const id = await leaderOf(witness, topic, 0);
      return nodes.find((node) => node.id === id && node.pid !== undefined);
    },
    { what: `a leader of ${topic}-0`, timeout: 60_000, interval: 250 },
  );
}

/** Kills the leader of the moment every 10 s; it is away for two seconds, and for as long as it takes to start. */
export async function killLeaders(scene: Scene, rounds: number): Promise<void> {
  const killed: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const since = performance.now();
    const node = await leader(scene);
    await node.kill();
    killed.push(node.id);
    await delay(2000);
    await node.start();
    const isLast = round === rounds - 1;
    if (!isLast) await delay(Math.max(0, 10_000 - (performance.now() - since)));
  }
  scene.say(`killed the leaders ${killed.join(', ')}`);
}

export const brokerRows: readonly FaultRow[] = [
  {
    name: 'rolling restart of all brokers',
    what: 'Each of the three is stopped in order and started again, once all replicas are in step.',
    way: 'direct',
    traffic: mixed(10, 300_000),
    async run({ nodes, topic, witness }) {
      for (const node of nodes) {
        await node.stop();
        await node.start();
        const whole = () => isWhole(witness, topic);
        await waitFor(whole, { timeout: 60_000, interval: 500, what: 'all replicas in step' });
      }
      return undefined;
    },
  },
  {
    name: 'kill -9 of the leader every 10 s for 2 min',
    what: 'Whoever leads the first partition is killed, twelve times.',
    way: 'direct',
    traffic: mixed(25, 300_000),
    async run(scene) {
      await killLeaders(scene, 12);
      return undefined;
    },
  },
  {
    name: 'kill -9 of the leader, batches compressed',
    what: 'Whoever leads the first partition is killed, three times; the producer compresses by zstd.',
    way: 'direct',
    traffic: { ...mixed(10, 300_000), producer: { compression: 'zstd' } },
    async run(scene) {
      await killLeaders(scene, 3);
      return undefined;
    },
  },
  {
    name: 'all brokers down for 60 s',
    what: 'All three are killed at once.',
    way: 'direct',
    async run({ nodes }) {
      await Promise.all(nodes.map((node) => node.kill()));
      await delay(60_000);
      await Promise.all(nodes.map((node) => node.start()));
      return undefined;
    },
  },
  {
    name: 'min ISR lost and regained',
    what: 'The topic wants three replicas in step; a follower is killed for 25 s.',
    way: 'direct',
    config: { 'min.insync.replicas': '3' },
    async run(scene) {
      const leads = await leader(scene);
      const follower = scene.nodes.find((node) => node !== leads)!;
      await follower.kill();
      await delay(25_000);
      await follower.start();
      return undefined;
    },
  },
  {
    name: 'two of three brokers down for 20 s',
    what: 'Neither replicas nor controllers have a majority.',
    way: 'direct',
    traffic: mixed(25, 300_000),
    async run({ nodes: [, second, third] }) {
      await Promise.all([second!.kill(), third!.kill()]);
      await delay(20_000);
      await Promise.all([second!.start(), third!.start()]);
      return undefined;
    },
  },
  {
    name: 'the leader frozen for 45 s',
    what: 'SIGSTOP: its connections stand, nothing comes of them.',
    way: 'direct',
    traffic: mixed(25, 300_000),
    async run(scene) {
      const node = await leader(scene);
      await node.kill('SIGSTOP');
      await delay(45_000);
      await node.kill('SIGCONT');
      return undefined;
    },
  },
];
