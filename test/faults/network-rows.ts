/** Networks that are cut, silent, slow, or in pieces. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Toxic } from '../support/toxiproxy.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultRow, mixed, type Scene } from './row.ts';

/** Silence is noticed after so many milliseconds. */
const impatient = { 'request.timeout.ms': '10000' };

async function spoil({ toxiproxy }: Scene, toxic: Toxic, milliseconds: number): Promise<undefined> {
  await toxiproxy!.spoil(toxic);
  await delay(milliseconds);
  await toxiproxy!.mend();
  return undefined;
}

export const networkRows: readonly FaultRow[] = [
  {
    name: 'network cut for 30 s',
    what: 'Connections to all brokers end, new ones are refused.',
    way: 'toxiproxy',
    traffic: mixed(5, 500_000),
    async run({ toxiproxy }) {
      await toxiproxy!.cut();
      await delay(30_000);
      await toxiproxy!.mend();
      return undefined;
    },
  },
  {
    name: 'nothing passes for 40 s, connections stay',
    what: 'Bytes are dropped in both directions on old and new connections, without a FIN; request.timeout.ms is 10 s.',
    way: 'toxiproxy',
    properties: impatient,
    traffic: mixed(5, 500_000),
    run: (scene) => spoil(scene, { type: 'timeout', attributes: { timeout: 0 } }, 40_000),
  },
  {
    name: 'half-open sockets',
    what: 'All connections that there are fall silent for good, without a FIN; new ones work. Three times; request.timeout.ms is 10 s.',
    way: 'own proxy',
    properties: impatient,
    traffic: mixed(5, 500_000),
    async run({ proxies, traffic }) {
      for (let round = 0; round < 3; round += 1) {
        for (const proxy of proxies) proxy.freeze();
        await traffic.flows();
        await traffic.progress(500);
      }
      return undefined;
    },
  },
  {
    name: '500 ms latency',
    what: 'In each direction, for 40 s.',
    way: 'toxiproxy',
    traffic: mixed(25, 300_000),
    run: (scene) => spoil(scene, { type: 'latency', attributes: { latency: 500, jitter: 50 } }, 40_000),
  },
  {
    name: '64 kbit/s',
    what: 'On each connection and direction, for 90 s; a record of 100 kB takes longer than request.timeout.ms, which is 10 s.',
    way: 'toxiproxy',
    properties: impatient,
    traffic: { ...mixed(200, 100_000), interval: 1000, producer: { bufferBytes: 256 * 1024 } },
    run: (scene) => spoil(scene, { type: 'bandwidth', attributes: { rate: 8 } }, 90_000),
  },
  {
    name: 'resets at random byte positions',
    what: 'Each connection is reset after up to 1.5 MB, for 30 s and at least 100 times.',
    way: 'own proxy',
    traffic: mixed(3, 500_000),
    async run({ proxies, say }) {
      const resetAfter = () => Math.floor(Math.random() * 1_500_000);
      for (const proxy of proxies) proxy.faults = { resetAfter };
      for (const proxy of proxies) proxy.cut();
      const resets = () => proxies.reduce((sum, proxy) => sum + proxy.resets, 0);
      await delay(30_000);
      await waitFor(() => resets() >= 100, { timeout: 60_000, what: '100 resets' });
      for (const proxy of proxies) proxy.faults = {};
      say(`${resets()} resets`);
      return undefined;
    },
  },
  {
    name: 'bytes in slices',
    what: 'Of 100 to 900 bytes, each on its own, for 30 s.',
    way: 'toxiproxy',
    traffic: { ...mixed(25, 200_000), interval: 100 },
    run: (scene) =>
      spoil(
        scene,
        { type: 'slicer', attributes: { average_size: 500, size_variation: 400, delay: 50 } },
        30_000,
      ),
  },
];
