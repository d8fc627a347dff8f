/** The embedded development broker: a real Apache Kafka in KRaft mode, of one or of three nodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigurationError, describeError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { kafkaVersion } from './artifacts.ts';
import { claimDataFolder, writeNote } from './data-folder.ts';
import type { JvmOptions, Lifetime } from './jvm.ts';
import { type BrokerNode, KafkaNode, PortTakenError } from './node.ts';
import { nodeFolder, planCluster } from './plan.ts';
import { address, type Listener, type NodePlan, serverProperties } from './properties.ts';
import { brokerStatus } from './running.ts';
import { type KafkaRuntime, kafkaRuntime } from './runtime.ts';
import { prepareStorage, writeConfiguration } from './storage.ts';

export type { BrokerNode, Listener };

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
  /** The same for single nodes, the first one first; stronger than `properties`. */
  readonly nodeProperties?: readonly Readonly<Record<string, string>>[];
  /** Further listeners by name (capitals), on free ports. */
  readonly listeners?: Readonly<Record<string, Listener>>;
  /** Java heap of a node, in MiB. Default 512. */
  readonly heapMegabytes?: number;
  /** Java compiles for speed rather than for a quick start, as brokers that run for months do. Default false. */
  readonly longRunning?: boolean;
  /** The broker outlives our process; stopBroker(dataDir) ends it. Only with a `dataDir`. */
  readonly detached?: boolean;
  /** Java and artifacts; default: found, or fetched. */
  readonly runtime?: KafkaRuntime;
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

async function refuseSecondStart(dataDir: string): Promise<void> {
  const status = await brokerStatus(dataDir);
  if (!status.running) return;
  throw new ConfigurationError(
    `A broker runs in ${dataDir} already, at ${status.bootstrapServers}. Use it, or stop it with: sluice broker stop`,
  );
}

/**
 * Starts Apache Kafka and resolves once every node serves (2 to 5 seconds each on a small machine). The first start
 * on a machine fetches Kafka itself, see {@link ensureKafka}. The processes do not keep our event loop alive, and they
 * end with ours, even when ours is killed, unless `detached`.
 * @throws ConfigurationError for a taken port, missing Java or Maven, or an unusable data folder
 * @throws SluiceError with Kafka's last words when it does not start
 */
export async function startBroker(options: BrokerOptions = {}): Promise<RunningBroker> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Ports of our own choice can be chosen again, as long as nothing stands in a folder that the user has named.
      const ours = (options.port ?? 0) === 0 && options.dataDir === undefined;
      if (!(error instanceof PortTakenError) || !ours || attempt === mostAttempts) throw error;
      options.logger?.info('a port was taken by somebody else; choosing others');
    }
  }
}

async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'sluice-broker-'));
  } catch (cause) {
    const message = `no folder can be made in ${tmpdir()} (${describeError(cause)}): name one in the variable TMPDIR`;
    throw new ConfigurationError(message, { cause });
  }
}

/** Times that a broker is started on other ports, when those that were free are taken before it listens. */
const mostAttempts = 3;

async function startOnce(options: BrokerOptions): Promise<RunningBroker> {
  const { brokers = 1, port = 0, host = '127.0.0.1', listeners = {}, signal } = options;
  const { properties = {}, nodeProperties = [] } = options;
  const { logger = silentLogger, heapMegabytes = 512, longRunning = false, detached = false } = options;
  const fetching = (folder: string): void =>
    logger.info(`fetching Apache Kafka ${kafkaVersion} into ${folder}, once`);
  const runtime = options.runtime ?? (await kafkaRuntime(fetching));
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ? resolve(options.dataDir) : await temporaryFolder();
  const nodes: KafkaNode[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => (temporary ? node.kill() : node.stop())));
    if (temporary) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    const note = await claimDataFolder(dataDir, brokers, runtime.version);
    await refuseSecondStart(dataDir);
    const cluster = await planCluster({
      brokers,
      port,
      host,
      dataDir,
      listeners,
      properties,
      nodeProperties,
    });
    const lifetime: Lifetime = detached
      ? { boundTo: 'nobody' }
      : { boundTo: 'parent', removeFolder: temporary ? dataDir : undefined };
    const prepare = async (node: NodePlan): Promise<KafkaNode> => {
      const jvm: JvmOptions = { runtime, heapMegabytes, longRunning, folder: nodeFolder(dataDir, node.id) };
      const all = serverProperties(cluster, node);
      await writeConfiguration(jvm.folder, node, all);
      await prepareStorage(jvm, node, note.clusterId, all);
      return new KafkaNode({ id: node.id, port: node.port, jvm, lifetime, signal });
    };
    nodes.push(...(await Promise.all(cluster.nodes.map(prepare))));
    await Promise.all(nodes.map((node) => node.start()));

    const bootstrap = (portOf: (node: NodePlan) => number): string =>
      cluster.nodes.map((node) => address(cluster.host, portOf(node))).join(',');
    const bootstrapServers = bootstrap((node) => node.port);
    const processes = nodes.map(({ id, pid = 0 }) => ({ id, pid, folder: nodeFolder(dataDir, id) }));
    await writeNote(dataDir, {
      ...note,
      kafkaVersion: runtime.version,
      bootstrapServers,
      nodes: processes,
    });
    return {
      bootstrapServers,
      listeners: Object.fromEntries(
        Object.keys(listeners).map((name) => [name, bootstrap((node) => node.listenerPorts[name] ?? 0)]),
      ),
      nodes,
      dataDir,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
