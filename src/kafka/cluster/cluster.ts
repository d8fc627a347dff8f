/**
 * The cluster as this client sees it: its brokers, and what is known of topics. Retries of single requests to "any broker"
 * are owned here; producer and consumer own theirs.
 */

import type { Logger } from '../../log.ts';
import { ask } from '../api.ts';
import { type API, type MetadataResponse, metadataV12 } from '../codecs.ts';
import type { BrokerDescription, KafkaStatus } from '../contract.ts';
import type { Paces } from '../pace/pace.ts';
import type { Address } from '../settings.ts';
import { attemptTimeout, Backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { Code } from './error-codes.ts';
import { mayPass, NetworkFailure, NotNow } from './failures.ts';
import type { Authenticate, Link } from './link.ts';
import { control, type LinkPurpose } from './link-purpose.ts';
import { Links, type Place } from './links.ts';
import { Preference } from './preference.ts';
import { translate } from './refusals.ts';
import { addressText } from './socket.ts';
import { StatusReporter } from './status.ts';
import { isSameTopic, secondOpinion, type TopicMetadata, takesBack, topicOf } from './topic-metadata.ts';

export interface ClusterOptions {
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  readonly rack: string | undefined;
  readonly requestTimeout: number;
  readonly tls: (() => import('node:tls').ConnectionOptions) | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly giveUpAfter: number | undefined;
  readonly logger: Logger;
  readonly onStatus: (status: KafkaStatus) => void;
  /** What all connections together may carry. */
  readonly paces?: Paces | undefined;
}

/** Small requests: a broker that has not answered one by then is better asked elsewhere. */
const controlTimeoutMs = 10_000;
/** How long another broker may take to hear of a topic that this client has just created. */
const propagationMs = 2000;

export class Cluster {
  readonly options: ClusterOptions;
  readonly reporter: StatusReporter;
  /** Group -> the broker that looks after it, as it was found last: {@link ../group/coordinator.ts} owns it. */
  readonly coordinators = new Map<string, Promise<number>>();
  readonly #closing = new AbortController();
  readonly #links: Links;
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #preference = new Preference();
  readonly #refreshes = new Map<string, Promise<TopicMetadata | undefined>>();
  /** When a topic was asked for last (by the steady clock), and what the answer came to. */
  readonly #answers = new Map<
    string,
    { readonly askedAt: number; readonly topic: TopicMetadata | undefined }
  >();
  readonly #created = new Map<string, number>();
  #brokers = new Map<number, BrokerDescription>();
  #clusterId = '';
  #answered = Number.POSITIVE_INFINITY;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.reporter = new StatusReporter(options.onStatus);
    this.#links = new Links({ ...options, reporter: this.reporter, signal: this.signal });
  }

  /** Aborted when the client closes. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** A back-off for something named by what it tries to do, e.g. "produce to T-0". */
  backoff(what: string, signal: AbortSignal = this.signal): Backoff {
    return new Backoff({
      what,
      signal,
      giveUpAfter: this.options.giveUpAfter,
      reporter: this.reporter,
      onFailure: () => this.#preference.doubt(),
    });
  }

  /** Runs the operation until it succeeds or fails with what no later attempt can mend. */
  async retry<Result>(what: string, operation: () => Promise<Result>, signal = this.signal): Promise<Result> {
    const backoff = this.backoff(what, signal);
    for (;;) {
      const begun = performance.now();
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
        await backoff.pause(error as Error, begun);
      }
    }
  }

  /**
   * The link to a broker for a purpose; opened when there is none.
   * Rejects with NetworkFailure, NotNow (the broker is unknown by now) or KafkaError.
   */
  link(broker: number, purpose: LinkPurpose, requestTimeout = this.options.requestTimeout): Promise<Link> {
    return this.#at(broker, (place) => this.#links.to(place, purpose, requestTimeout));
  }

  /** A connection to a broker for small requests that all brokers know in the version that we speak; rejects as {@link link} does. */
  connection(broker: number): Promise<Connection> {
    return this.#at(broker, (place) => this.#links.early(place, control, this.options.requestTimeout));
  }

  #at<Result>(broker: number, open: (place: Place) => Promise<Result>): Promise<Result> {
    const address = this.#brokers.get(broker);
    if (address === undefined)
      return Promise.reject(new NotNow(Code.brokerNotAvailable, `find broker ${broker}`));
    return open({ address, broker }).catch((cause) => {
      if (!(cause instanceof NetworkFailure) || this.#isBootstrap(address)) throw cause;
      // The usual cause: listeners advertised for another network than the client's.
      const place = `${addressText(address)}, where broker ${broker} says that it listens (advertised.listeners)`;
      throw new NetworkFailure(`No connection to ${place}: ${cause.message}`, { cause });
    });
  }

  /** A link to any broker, as {@link askAny} finds it. */
  anyLink(): Promise<Link> {
    return this.#ofAny((link) => link);
  }

  /**
   * Makes a small request to any broker; to another one than the last time when something has failed since. The API is one that all
   * brokers know in this version. Resolves with the answer even when it carries error codes. Does not retry. Rejects with
   * NetworkFailure when no broker can be reached, with KafkaError when one says that it never can be and no other is of use.
   */
  askAny<Arguments extends unknown[], Response>(
    api: API<Arguments, Response>,
    ...args: Arguments
  ): Promise<Response> {
    return this.#ofAny(async (link, early) => {
      const answer = ask(await early, api, ...args);
      answer.catch(() => {});
      // What is wrong with the place is told there.
      await link;
      return answer;
    });
  }

  async #ofAny<Result>(
    use: (link: Promise<Link>, early: Promise<Connection>) => Promise<Result>,
  ): Promise<Result> {
    const { requestTimeout, giveUpAfter } = this.options;
    const timeout = Math.min(requestTimeout, attemptTimeout(controlTimeoutMs, giveUpAfter));
    const refusals: unknown[] = [];
    const failures: Error[] = [];
    for (const place of this.#places()) {
      const link = this.#links.to(place, control, timeout);
      const used = use(link, this.#links.early(place, control, timeout));
      used.catch(() => {});
      try {
        await link;
      } catch (error) {
        if (error instanceof NetworkFailure) failures.push(error);
        else refusals.push(error);
        if (this.signal.aborted) throw error;
        continue;
      }
      this.#preference.asks(place);
      return used;
    }
    if (refusals.length > 0) throw refusals[0];
    const reasons = [...new Set(failures.map(({ message }) => message))].join('; ');
    throw new NetworkFailure(`No broker can be reached: ${reasons}`, { cause: failures.at(-1) });
  }

  /** Asks any broker for the brokers and these topics (null: all). Does not retry. */
  async metadata(topics: string[] | null): Promise<MetadataResponse> {
    const asked = performance.now();
    const response = await this.askAny(metadataV12.api, topics, false, false);
    this.#answered = Math.min(this.#answered, performance.now() - asked);
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

  /** Milliseconds, at best, until a broker has taken a connection, and answered for metadata; infinite before the first. */
  get nearest(): { readonly taken: number; readonly answered: number } {
    return { taken: this.#links.roundTrip, answered: this.#answered };
  }

  /** What is known of the topic, however old; undefined when nothing is. */
  knownTopic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  /**
   * Asks for the topic, unless somebody has done so since `notBefore` (by the steady clock): who waits for the same change need not
   * ask each for himself. Undefined when no broker that was asked knows it. Rejects with what may pass or KafkaError. Does not retry.
   */
  refreshTopic(name: string, notBefore = Number.POSITIVE_INFINITY): Promise<TopicMetadata | undefined> {
    const answer = this.#answers.get(name);
    if (answer !== undefined && answer.askedAt >= notBefore) return Promise.resolve(answer.topic);
    let refresh = this.#refreshes.get(name);
    if (refresh === undefined) {
      refresh = this.#askForTopic(name).finally(() => this.#refreshes.delete(name));
      this.#refreshes.set(name, refresh);
    }
    return refresh;
  }

  /**
   * Uses what is known of a topic while the cluster is asked for news of it: where there are none, the news have cost no round trip.
   * `use` gets undefined when no broker knows the topic; it may be called a second time, and its first result is dropped then.
   * Does not retry.
   */
  async withTopic<Result>(
    name: string,
    use: (topic: TopicMetadata | undefined) => Promise<Result>,
  ): Promise<Result> {
    const known = this.#topics.get(name);
    const used = known && use(known);
    used?.catch(() => {});
    const now = await this.refreshTopic(name);
    return used !== undefined && isSameTopic(known, now) ? used : use(now);
  }

  /** Remembers that the topic exists, though some broker may not have heard of it yet. */
  created(name: string): void {
    this.#created.set(name, performance.now());
  }

  /** Closes every link at once. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#links.clear();
  }

  async #askForTopic(name: string): Promise<TopicMetadata | undefined> {
    const askedAt = performance.now();
    const known = this.#topics.get(name);
    let topic = topicOf(await this.metadata([name]), name);
    if (takesBack(known, topic)) topic = await this.#secondOpinion(name, known, topic);
    if (topic === undefined) {
      this.#topics.delete(name);
      if (performance.now() - (this.#created.get(name) ?? Number.NEGATIVE_INFINITY) < propagationMs)
        throw new NotNow(Code.unknownTopicOrPartition, `find topic ${name}`);
    } else {
      this.#topics.set(name, topic);
    }
    this.#answers.set(name, { askedAt, topic });
    return topic;
  }

  /** Another broker's word, where there is another one that can be reached; else the first one's holds. */
  async #secondOpinion(
    name: string,
    known: TopicMetadata | undefined,
    first: TopicMetadata | undefined,
  ): Promise<TopicMetadata | undefined> {
    if (this.#places().length < 2) return first;
    this.#preference.doubt();
    try {
      return secondOpinion(known, first, topicOf(await this.metadata([name]), name));
    } catch (error) {
      if (this.signal.aborted) throw error;
      return first;
    }
  }

  /** Whom to ask what any broker can answer, the best first. */
  #places(): Place[] {
    const known = [...this.#brokers.values()].map(
      (broker): Place => ({ address: broker, broker: broker.id }),
    );
    const boot = this.options.bootstrap.map((address): Place => ({ address, broker: undefined }));
    return this.#preference.order([...known, ...boot], {
      isFailing: (place) => this.#links.isFailing(place),
      isOpen: (place) => this.#links.has(place, control),
    });
  }

  #isBootstrap({ host, port }: Address): boolean {
    return this.options.bootstrap.some((server) => server.host === host && server.port === port);
  }
}
