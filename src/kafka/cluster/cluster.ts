/**
 * The cluster as this client sees it: its brokers, and what is known of topics. Retries of single requests to "any broker"
 * are owned here; producer and consumer own theirs.
 */

import type { Logger } from '../../log.ts';
import { ask } from '../api.ts';
import { type MetadataResponse, metadataV12 } from '../codecs.ts';
import type { BrokerDescription, KafkaStatus } from '../contract.ts';
import type { Address } from '../settings.ts';
import { Backoff } from './backoff.ts';
import { Code } from './error-codes.ts';
import { mayPass, NetworkFailure, NotNow } from './failures.ts';
import type { Authenticate, Link } from './link.ts';
import { control, type LinkPurpose } from './link-purpose.ts';
import { Links, type Place } from './links.ts';
import { errorOf, translate } from './refusals.ts';
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

/** Small requests: a broker that has not answered one by then is better asked elsewhere. */
const controlTimeoutMs = 10_000;
/** How long another broker may take to hear of a topic that this client has just created. */
const propagationMs = 2000;

export class Cluster {
  readonly options: ClusterOptions;
  readonly reporter: StatusReporter;
  readonly #closing = new AbortController();
  readonly #links: Links;
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #refreshes = new Map<string, Promise<TopicMetadata | undefined>>();
  readonly #created = new Map<string, number>();
  #brokers = new Map<number, BrokerDescription>();
  #clusterId = '';

  constructor(options: ClusterOptions) {
    this.options = options;
    this.reporter = new StatusReporter(options.onStatus);
    const { clientId, tls, authenticate, logger } = options;
    const onThrottle = (milliseconds: number) => this.reporter.throttled(milliseconds);
    this.#links = new Links({ clientId, tls, authenticate, logger, onThrottle, signal: this.signal });
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
   * The link to a broker for a purpose; opened when there is none.
   * Rejects with NetworkFailure, NotNow (the broker is unknown by now) or KafkaError.
   */
  link(broker: number, purpose: LinkPurpose, requestTimeout = this.options.requestTimeout): Promise<Link> {
    const address = this.#brokers.get(broker);
    if (address === undefined)
      return Promise.reject(new NotNow(Code.brokerNotAvailable, `find broker ${broker}`));
    return this.#links.to({ address, broker }, purpose, requestTimeout).catch((cause) => {
      if (!(cause instanceof NetworkFailure) || this.#isBootstrap(address)) throw cause;
      // The usual cause: listeners advertised for another network than the client's.
      const place = `${addressText(address)}, where broker ${broker} says that it listens (advertised.listeners)`;
      throw new NetworkFailure(`No connection to ${place}: ${cause.message}`, { cause });
    });
  }

  /** A link to any broker, for small requests. Rejects with the last failure when none can be reached. */
  async anyLink(): Promise<Link> {
    const known = [...this.#brokers.values()].map(
      (broker): Place => ({ address: broker, broker: broker.id }),
    );
    const boot = this.options.bootstrap.map((address): Place => ({ address, broker: undefined }));
    const candidates = [...known, ...boot];
    const open = candidates.find((place) => this.#links.has(place, control));
    const failures: Error[] = [];
    for (const place of open ? [open, ...candidates] : this.#ordered(candidates)) {
      try {
        return await this.#links.to(place, control, Math.min(this.options.requestTimeout, controlTimeoutMs));
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
      throw errorOf('metadata', topic.errorCode, `find topic ${name}`);
    const partitions: PartitionMetadata[] = [];
    for (const { partitionIndex, leaderId, leaderEpoch } of topic.partitions) {
      partitions[partitionIndex] = { leader: leaderId, leaderEpoch };
    }
    const metadata = { name, id: topic.topicId, partitions };
    this.#topics.set(name, metadata);
    return metadata;
  }

  /** In random order, those that were silent last. */
  #ordered(places: readonly Place[]): Place[] {
    const isSilent = (place: Place) => Number(this.#links.isSilent(place));
    return shuffled(places).sort((a, b) => isSilent(a) - isSilent(b));
  }

  #isBootstrap({ host, port }: Address): boolean {
    return this.options.bootstrap.some((server) => server.host === host && server.port === port);
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
