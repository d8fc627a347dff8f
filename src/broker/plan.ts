/** Who listens where: the ports of a cluster, chosen before its first node starts. */
import { join } from 'node:path';
import { expectFree, freePort } from './ports.ts';
import type { ClusterPlan, Listener, NodePlan } from './properties.ts';

export interface PlanOptions {
  readonly brokers: 1 | 3;
  /** The first node's; 0: free ports. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly listeners: Readonly<Record<string, Listener>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly nodeProperties: readonly Readonly<Record<string, string>>[];
}

/** A node's own folder: its properties and logs, and in `data` what Kafka keeps. */
export function nodeFolder(dataDir: string, id: number): string {
  return join(dataDir, `node-${id}`);
}

/** @throws ConfigurationError for a port that cannot be listened on */
export async function planCluster(options: PlanOptions): Promise<ClusterPlan> {
  const { brokers, port, host, listeners, properties } = options;
  const ids = brokers === 1 ? [1] : [1, 2, 3];
  const taken = new Set(port === 0 ? [] : ids.map((id) => port + id - 1));
  for (const chosen of taken) await expectFree(chosen, host);
  const nodes: NodePlan[] = [];
  for (const [index, id] of ids.entries()) {
    const listenerPorts: Record<string, number> = {};
    for (const name of Object.keys(listeners)) listenerPorts[name] = await freePort(host, taken);
    nodes.push({
      id,
      port: port === 0 ? await freePort(host, taken) : port + id - 1,
      controllerPort: await freePort('127.0.0.1', taken),
      listenerPorts,
      dataDir: join(nodeFolder(options.dataDir, id), 'data'),
      properties: options.nodeProperties[index] ?? {},
    });
  }
  return { host, nodes, listeners, properties };
}
