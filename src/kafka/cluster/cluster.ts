/**
 * The cluster as this client sees it: its brokers, one link per broker and purpose, and what is known of topics. Retries
 * of single requests to "any broker" are owned here; producer and consumer own theirs.
 */

import type { Logger } from '../../log.ts';
import { ask } from '../api.ts';
import { type MetadataResponse, metadataV12 } from '../codecs.ts';
import { type BrokerDescription, KafkaError, type KafkaStatus } from '../contract.ts';
import type { Address } from '../settings.ts';
import { Backoff } from './backoff.ts';
import { StalledConnection } from './connection.ts';
import { Code, errorOf, mayPass, NetworkFailure, NotNow, translate } from './failures.ts';
import { type Authenticate, type Link, openLink } from './link.ts';
import { addressText } from './socket.ts';
import { StatusReporter } from './status.ts';

export interface ClusterOptions {
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  readonly rack: string | undefined;
  readonly requestTimeout: number;
  readonly tls: import('node:tls').ConnectionOptions | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly giveUpAfter: number | undefined;
  readonly logger: Logger;
  readonly onStatus: (status: KafkaStatus) => void;
}

export interface PartitionMetadata {
  /** Broker id, -1 while there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** UUID as text. */
  readonly id: string;
  readonly partitions: readonly PartitionMetadata[];
}

const connectTimeoutMs = 10_000;
/** Small requests: a broker that has not answered one by then is better asked elsewhere. */
const controlTimeoutMs = 10_000;
/** The purpose of links for small requests. */
const controlPurpose = 'control@';
/** How long another broker may take to hear of a topic that this client has just created. */
const propagationMs = 2000;

export class Cluster {
  readonly options: ClusterOptions;
  readonly reporter: StatusReporter;
  readonly #closing = new AbortController();
  readonly #links = new Map<string, Promise<Link>>();
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #refreshes = new Map<string, Promise<TopicMetadata | undefined>>();
  readonly #created = new Map<string, number>();
  /** Addresses whose last connection stood still: others are asked first. */
  readonly #silent = new Set<string>();
  #brokers = new Map<number, BrokerDescription>();
  #clusterId = '';

  constructor(options: ClusterOptions) {
    this.options = options;
    this.reporter = new StatusReporter(options.onStatus);
  }

  /** Aborted when the client closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** A back-off for something named by what it tries to do, e.g. "produce to T-0". */
  backoff(what: string, signal: AbortSignal = this.signal): Backoff {
    return new Backoff({ what, signal, giveUpAfter: this.options.giveUpAfter, reporter: this.reporter });
  }

  /** Runs the operation until it succeeds or fails with what no later attempt can mend. */
  async retry<Result>(what: string, operation: () => Promise<Result>, signal = this.signal): Promise<Result> {
    const backoff = this.backoff(what, signal);
    for (;;) {
      try {
        const result = await operation();
        backoff.succeeded();
        return result;
      } catch (thrown) {
        const error = translate(thrown, what);
        if (!mayPass(error)) {
          backoff.abandoned();
          throw error;
        }
        this.options.logger.debug({ err: error }, `retrying to ${what}`);
        await backoff.pause(error as Error);
      }
    }
  }

  /**
   * The link to a broker for a purpose; opened when there is none. Links of different purposes do not block each other.
   * Rejects with NetworkFailure, NotNow (the broker is unknown by now) or KafkaError.
   */
  link(broker: number, purpose: string, requestTimeout = this.options.requestTimeout): Promise<Link> {
    const address = this.#brokers.get(broker);
    if (address === undefined)
      return Promise.reject(new NotNow(Code.brokerNotAvailable, `find broker ${broker}`));
    return this.#linkTo(address, `${purpose}@${broker}/${addressText(address)}`, requestTimeout).catch(
      (cause) => {
        if (!(cause instanceof NetworkFailure) || this.#isBootstrap(address)) throw cause;
        // The usual cause: listeners advertised for another network than the client's.
        const place = `${addressText(address)}, where broker ${broker} says that it listens (advertised.listeners)`;
        throw new NetworkFailure(`No connection to ${place}: ${cause.message}`, { cause });
      },
    );
  }

  /** A link to any broker, for small requests. Rejects with the last failure when none can be reached. */
  async anyLink(): Promise<Link> {
    const known = [...this.#brokers.values()].map((broker) => ({
      key: `${controlPurpose}${broker.id}`,
      address: broker,
    }));
    const boot = this.options.bootstrap.map((address) => ({ key: `${controlPurpose}boot`, address }));
    const candidates = [...known, ...boot].map(({ key, address }) => ({
      key: `${key}/${addressText(address)}`,
      address,
    }));
    const open = candidates.find(({ key }) => this.#links.has(key));
    const failures: Error[] = [];
    for (const { key, address } of open ? [open, ...candidates] : this.#ordered(candidates)) {
      try {
        return await this.#linkTo(address, key, Math.min(this.options.requestTimeout, controlTimeoutMs));
      } catch (error) {
        if (!(error instanceof NetworkFailure)) throw error;
        failures.push(error);
      }
    }
    const reasons = [...new Set(failures.map(({ message }) => message))].join('; ');
    throw new NetworkFailure(`No broker can be reached: ${reasons}`, { cause: failures.at(-1) });
  }

  /** Asks any broker for the brokers and these topics (null: all). Does not retry. */
  async metadata(topics: string[] | null): Promise<MetadataResponse> {
    const { connection } = await this.anyLink();
    const response = await ask(connection, metadataV12.api, topics, false, false);
    const brokers = response.brokers.map(({ nodeId, host, port, rack }): [number, BrokerDescription] => [
      nodeId,
      { id: nodeId, host, port, rack: rack ?? undefined },
    ]);
    if (brokers.length > 0) this.#brokers = new Map(brokers);
    this.#clusterId = response.clusterId ?? this.#clusterId;
    return response;
  }

  /** Brokers and cluster id, as the last metadata told them. */
  get known(): { readonly clusterId: string; readonly brokers: readonly BrokerDescription[] } {
    return { clusterId: this.#clusterId, brokers: [...this.#brokers.values()] };
  }

  /** What is known of the topic, however old; undefined when nothing is. */
  knownTopic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  /** Asks for the topic. Undefined when there is none. Rejects with what may pass or KafkaError. Does not retry. */
  refreshTopic(name: string): Promise<TopicMetadata | undefined> {
    let refresh = this.#refreshes.get(name);
    if (refresh === undefined) {
      refresh = this.#askForTopic(name).finally(() => this.#refreshes.delete(name));
      this.#refreshes.set(name, refresh);
    }
    return refresh;
  }

  /** Remembers that the topic exists, though some broker may not have heard of it yet. */
  created(name: string): void {
    this.#created.set(name, Date.now());
  }

  /** Closes every link at once. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#links.clear();
  }

  async #askForTopic(name: string): Promise<TopicMetadata | undefined> {
    const response = await this.metadata([name]);
    const topic = response.topics.find((candidate) => candidate.name === name);
    if (topic === undefined || topic.errorCode === Code.unknownTopicOrPartition) {
      this.#topics.delete(name);
      if (Date.now() - (this.#created.get(name) ?? 0) < propagationMs)
        throw new NotNow(Code.unknownTopicOrPartition, `find topic ${name}`);
      return undefined;
    }
    // A topic without a leader for some partition is known all the same; its owner waits for that partition.
    if (topic.errorCode !== Code.none && topic.errorCode !== Code.leaderNotAvailable)
      throw errorOf(topic.errorCode, `find topic ${name}`);
    const partitions: PartitionMetadata[] = [];
    for (const { partitionIndex, leaderId, leaderEpoch } of topic.partitions) {
      partitions[partitionIndex] = { leader: leaderId, leaderEpoch };
    }
    const metadata = { name, id: topic.topicId, partitions };
    this.#topics.set(name, metadata);
    return metadata;
  }

  /** In random order, those that were silent last. */
  #ordered<Candidate extends { readonly address: Address }>(candidates: readonly Candidate[]): Candidate[] {
    const isSilent = ({ address }: Candidate) => Number(this.#silent.has(addressText(address)));
    return shuffled(candidates).sort((a, b) => isSilent(a) - isSilent(b));
  }

  #isBootstrap({ host, port }: Address): boolean {
    return this.options.bootstrap.some((server) => server.host === host && server.port === port);
  }

  #linkTo(address: Address, key: string, requestTimeout: number): Promise<Link> {
    if (this.signal.aborted)
      return Promise.reject(new KafkaError('closed', 'The Kafka client has been closed.'));
    const existing = this.#links.get(key);
    if (existing) return existing;
    const link = this.#open(address, requestTimeout);
    this.#links.set(key, link);
    const forget = () => {
      if (this.#links.get(key) === link) this.#links.delete(key);
    };
    link.then(({ connection }) => connection.closed.then(forget), forget);
    return link;
  }

  async #open(address: Address, requestTimeout: number): Promise<Link> {
    const { clientId, tls, authenticate, logger } = this.options;
    const link = await openLink({
      address,
      tls,
      authenticate,
      clientId,
      connectTimeout: connectTimeoutMs,
      requestTimeout,
      signal: this.signal,
      onThrottle: (milliseconds) => this.reporter.throttled(milliseconds),
    }).catch((error: unknown) => {
      if (error instanceof StalledConnection) this.#silent.add(addressText(address));
      throw error;
    });
    this.#silent.delete(addressText(address));
    logger.debug({ broker: addressText(address) }, 'connected');
    link.connection.closed.then((reason) => {
      logger.debug({ broker: addressText(address) }, reason.message);
      if (reason instanceof StalledConnection) this.#distrust(address);
    });
    return link;
  }

  /**
   * A connection to this broker stood still. Those for small requests may be as dead, which would show only after another
   * time-out, in the middle of mending; a new one costs nothing.
   */
  #distrust(address: Address): void {
    const place = addressText(address);
    this.#silent.add(place);
    const reason = new NetworkFailure(`${place}: another connection to this broker stood still`);
    for (const [key, link] of this.#links) {
      if (!key.startsWith(controlPurpose) || !key.endsWith(`/${place}`)) continue;
      link.then(
        ({ connection }) => connection.close(reason),
        () => {},
      );
    }
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
