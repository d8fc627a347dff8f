/** The cluster that is broken: three real brokers, reached straight, through Toxiproxy, and through our own proxies. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrokerNode, startBroker } from '../../src/broker/broker.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { startToxiproxy, type Toxiproxy } from '../support/toxiproxy.ts';
import type { Way } from './row.ts';

export interface Ground {
  readonly nodes: readonly BrokerNode[];
  readonly proxies: readonly FaultProxy[];
  /** Undefined when no row goes that way. */
  readonly toxiproxy: Toxiproxy | undefined;
  /** `host:port,...` by the way. */
  readonly bootstrap: (way: Way) => string;
  /** All brokers run and no way is spoilt. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

const brokers = 3;
const listenerNames = { 'own proxy': 'SPOILT', toxiproxy: 'TOXIC' } as const;

function portsOf(listener: string | undefined): number[] {
  return (listener ?? '').split(',').map((address) => Number(address.split(':').at(-1)));
}

function bootstrapOf(ports: readonly number[]): string {
  return ports.map((port) => `127.0.0.1:${port}`).join(',');
}

/** Starts it, with replication factor 3 and min ISR 2. */
export async function openGround(ways: ReadonlySet<Way>): Promise<Ground> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
    closers.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
    const toxiproxy = ways.has('toxiproxy') ? await startToxiproxy(brokers) : undefined;
    if (toxiproxy) closers.push(() => toxiproxy.stop());
    const owner = { after: (closer: () => void) => void closers.push(closer) };
    const proxies: FaultProxy[] = [];
    for (let index = 0; index < brokers; index += 1) proxies.push(await FaultProxy.start(owner));
    const listener = (advertisedPorts: readonly number[]) => ({ protocol: 'PLAINTEXT', advertisedPorts });
    const cluster = await startBroker({
      brokers,
      dataDir,
      listeners: {
        [listenerNames['own proxy']]: listener(proxies.map(({ port }) => port)),
        ...(toxiproxy && { [listenerNames.toxiproxy]: listener(toxiproxy.ports) }),
      },
    });
    // Of data that nobody wants any more, an orderly end would only take time.
    closers.push(() => Promise.all(cluster.nodes.map((node) => node.kill())));
    for (const [index, port] of portsOf(cluster.listeners[listenerNames['own proxy']]).entries())
      proxies[index]!.target = port;
    await toxiproxy?.lead(portsOf(cluster.listeners[listenerNames.toxiproxy]));
    const bootstraps: Record<Way, string> = {
      direct: cluster.bootstrapServers,
      'own proxy': bootstrapOf(proxies.map(({ port }) => port)),
      toxiproxy: bootstrapOf(toxiproxy?.ports ?? []),
    };
    const restore = async () => {
      await toxiproxy?.mend();
      for (const proxy of proxies) proxy.faults = {};
      await Promise.all(cluster.nodes.map((node) => node.kill('SIGCONT')));
      await Promise.all(cluster.nodes.map((node) => node.start()));
    };
    const bootstrap = (way: Way) => bootstraps[way];
    return { nodes: cluster.nodes, proxies, toxiproxy, bootstrap, restore, close };
  } catch (error) {
    await close();
    throw error;
  }
}
