/** The embedded development broker: a real Apache Kafka in KRaft mode, of one or of three nodes. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { classPath, ensureKafka } from './artifacts.ts';
import { findJava } from './java.ts';
import type { JvmOptions, Lifetime } from './jvm.ts';
import { log4jProperties } from './log4j.ts';
import { type BrokerNode, KafkaNode } from './node.ts';
import { freePort, isPortFree } from './ports.ts';
import {
  address,
  type ClusterPlan,
  type Listener,
  type NodePlan,
  propertiesText,
  serverProperties,
} from './properties.ts';
import { formatStorage, isFormatted, type ScramUser } from './storage.ts';

export type { BrokerNode, Listener, ScramUser };

export interface BrokerOptions {
  /** Nodes of the cluster. With 3 the replication factor is 3 and min ISR 2. Default 1. */
  readonly brokers?: 1 | 3;
  /** The first node's port; the other two take the next ones. 0 (default): free ports. */
  readonly port?: number;
  /** What to listen on, and what clients are told. Default 127.0.0.1. */
  readonly host?: string;
  /** Where the data stays. Absent: a temporary folder, removed at the stop. */
  readonly dataDir?: string;
  /** Additions to and replacements in every node's `server.properties`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Further listeners by name (capitals), on free ports. */
  readonly listeners?: Readonly<Record<string, Listener>>;
  /** Users known from the first start; ignored when the data folder is in use already. */
  readonly scramUsers?: readonly ScramUser[];
  /** Java heap of a node, in MiB. Default 512. */
  readonly heapMegabytes?: number;
  readonly logger?: Logger;
  /** Ends the start. A broker that serves is stopped by `stop()` alone. */
  readonly signal?: AbortSignal;
}

export interface RunningBroker {
  /** Comma-separated `host:port` of the PLAINTEXT listeners. */
  readonly bootstrapServers: string;
  /** The same for each of the further listeners, by name. */
  readonly listeners: Readonly<Record<string, string>>;
  readonly nodes: readonly BrokerNode[];
  readonly dataDir: string;
  /** Stops all nodes and removes a temporary data folder. Idempotent. */
  stop(): Promise<void>;
}

async function plan(options: BrokerOptions, dataDir: string): Promise<ClusterPlan> {
  const { brokers = 1, port = 0, host = '127.0.0.1', listeners = {}, properties = {} } = options;
  const taken = new Set<number>();
  const nodes: NodePlan[] = [];
  for (let id = 1; id <= brokers; id++) {
    const own = port === 0 ? await freePort(host, taken) : port + id - 1;
    taken.add(own);
    if (port !== 0 && !(await isPortFree(own, host))) {
      throw new ConfigurationError(
        `Port ${own} on ${host} is taken by another program, perhaps by a broker that runs already. ` +
          'Stop it, or choose another port with --port.',
      );
    }
    const listenerPorts: Record<string, number> = {};
    for (const name of Object.keys(listeners)) listenerPorts[name] = await freePort(host, taken);
    const controllerPort = await freePort('127.0.0.1', taken);
    nodes.push({
      id,
      port: own,
      controllerPort,
      listenerPorts,
      dataDir: join(dataDir, `node-${id}`, 'data'),
    });
  }
  return { host, nodes, listeners, properties };
}

/** Kafka's form of a UUID: 22 characters of URL-safe base64, never with a dash in front. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/**
 * Starts Apache Kafka and resolves once every node serves (2 to 5 seconds each on a small machine). The first start
 * on a machine fetches Kafka itself, see {@link ensureKafka}. The processes end with ours, even when ours is killed;
 * they do not keep our event loop alive.
 * @throws ConfigurationError for a taken port, missing Java or Maven, or an unusable data folder
 * @throws SluiceError with Kafka's last words when it does not start
 */
export async function startBroker(options: BrokerOptions = {}): Promise<RunningBroker> {
  const { logger = silentLogger, heapMegabytes = 512, signal } = options;
  const java = await findJava();
  const kafka = await ensureKafka((folder) => logger.info(`fetching Apache Kafka into ${folder}, once`));
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sluice-broker-')));
  const lifetime: Lifetime = { boundTo: 'parent', removeFolder: temporary ? dataDir : undefined };
  const cluster = await plan(options, dataDir);
  const clusterId = newClusterId();
  const classes = await classPath(kafka);

  const prepare = async (node: NodePlan): Promise<KafkaNode> => {
    const folder = join(dataDir, `node-${node.id}`);
    await mkdir(node.dataDir, { recursive: true });
    const log4jFile = join(folder, 'log4j2.properties');
    await writeFile(log4jFile, log4jProperties);
    const text = propertiesText(serverProperties(cluster, node));
    await writeFile(join(folder, 'server.properties'), text, { mode: 0o600 });
    const jvm: JvmOptions = {
      java: java.command,
      classPath: classes,
      heapMegabytes,
      log4jFile,
      logFolder: folder,
    };
    if (!isFormatted(node.dataDir)) await formatStorage(jvm, folder, clusterId, options.scramUsers ?? []);
    return new KafkaNode({ id: node.id, port: node.port, folder, jvm, lifetime, signal });
  };

  const nodes: KafkaNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => (temporary ? node.kill() : node.stop())));
    if (temporary) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    nodes.push(...(await Promise.all(cluster.nodes.map(prepare))));
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const bootstrap = (portOf: (node: NodePlan) => number): string =>
    cluster.nodes.map((node) => address(cluster.host, portOf(node))).join(',');
  const listeners = Object.keys(cluster.listeners).map((name): [string, string] => [
    name,
    bootstrap((node) => node.listenerPorts[name] ?? 0),
  ]);
  return {
    bootstrapServers: bootstrap((node) => node.port),
    listeners: Object.fromEntries(listeners),
    nodes,
    dataDir,
    stop,
  };
}
