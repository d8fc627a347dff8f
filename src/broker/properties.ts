/** Kafka's `server.properties` for one node of the embedded cluster. Pure. */

/** A further listener of every node, e.g. for TLS. */
export interface Listener {
  /** Kafka's word: `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`. */
  readonly protocol: string;
  /** The ports that clients are told to use, by node, when something stands between (a proxy). */
  readonly advertisedPorts?: readonly number[];
}

/** One node's place in the cluster. */
export interface NodePlan {
  readonly id: number;
  /** Port of the listener PLAINTEXT. */
  readonly port: number;
  readonly controllerPort: number;
  /** Port by the name of a further listener. */
  readonly listenerPorts: Readonly<Record<string, number>>;
  readonly dataDir: string;
  /** This node's own, stronger than those of the cluster. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface ClusterPlan {
  readonly host: string;
  readonly nodes: readonly NodePlan[];
  readonly listeners: Readonly<Record<string, Listener>>;
  /** The user's own, stronger than everything here. */
  readonly properties: Readonly<Record<string, string>>;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
/** The name that clients elsewhere can use for a host that is listened on. */
const reachable = (host: string): string => (host === '0.0.0.0' || host === '::' ? 'localhost' : host);

/** `host:port` as clients write it. */
export function address(host: string, port: number): string {
  return `${bracketed(reachable(host))}:${port}`;
}

function listenerProperties(cluster: ClusterPlan, node: NodePlan): Record<string, string> {
  const further = Object.entries(cluster.listeners);
  const portOf = (name: string): number => node.listenerPorts[name] ?? 0;
  const index = cluster.nodes.indexOf(node);
  const listeners = [
    `PLAINTEXT://${bracketed(cluster.host)}:${node.port}`,
    ...further.map(([name]) => `${name}://${bracketed(cluster.host)}:${portOf(name)}`),
  ];
  const advertised = [
    `PLAINTEXT://${address(cluster.host, node.port)}`,
    ...further.map(
      ([name, { advertisedPorts }]) =>
        `${name}://${address(cluster.host, advertisedPorts?.[index] ?? portOf(name))}`,
    ),
  ];
  const protocols = ['PLAINTEXT:PLAINTEXT', ...further.map(([name, { protocol }]) => `${name}:${protocol}`)];
  return {
    listeners: [...listeners, `CONTROLLER://127.0.0.1:${node.controllerPort}`].join(','),
    'advertised.listeners': advertised.join(','),
    'listener.security.protocol.map': [...protocols, 'CONTROLLER:PLAINTEXT'].join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': cluster.nodes
      .map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`)
      .join(','),
  };
}

function replicationProperties(brokers: number): Record<string, string> {
  const factor = String(brokers);
  const minimum = brokers > 1 ? '2' : '1';
  return {
    'default.replication.factor': factor,
    'min.insync.replicas': minimum,
    'offsets.topic.replication.factor': factor,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': minimum,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': minimum,
  };
}

/** What a small machine and one developer want; everything else stays Kafka's default. */
const small: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': '0',
  // Members may be given up for dead as soon as they wish to.
  'group.min.session.timeout.ms': '1000',
  'num.network.threads': '2',
  'num.io.threads': '4',
  // Kafka's default of 100 kB makes ten system calls and as many wake-ups of each record of 1 MB.
  'socket.send.buffer.bytes': '1048576',
  'socket.receive.buffer.bytes': '1048576',
  'background.threads': '2',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.num.partitions': '4',
  // Kafka's default takes 128 MiB of the heap at once.
  'log.cleaner.dedupe.buffer.size': '16777216',
  // A killed node of three is replaced as leader after 3 s rather than 9 s.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
};

/** All properties of one node, by Kafka's names. */
export function serverProperties(cluster: ClusterPlan, node: NodePlan): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'log.dirs': node.dataDir,
    ...listenerProperties(cluster, node),
    ...replicationProperties(cluster.nodes.length),
    ...small,
    ...cluster.properties,
    ...node.properties,
  };
}

/** The text of a Java properties file. */
export function propertiesText(properties: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string =>
    text
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${escaped(value)}\n`)
    .join('');
}
