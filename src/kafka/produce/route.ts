/** The way to one partition, and how it is found again when it is lost: leader, producer id, link. */
import { ask, call } from '../api.ts';
import type { Backoff } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { StalledConnection } from '../cluster/endings.ts';
import { Code } from '../cluster/error-codes.ts';
import { isAboutTopic, mayPass, NetworkFailure, NotNow } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { type LinkPurpose, ownPurpose } from '../cluster/link-purpose.ts';
import { doubtedSince } from '../cluster/prober.ts';
import { check, errorOf, translate } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import { apiVersionsV3, describeProducersV0, initProducerIdV4 } from '../codecs.ts';
import { KafkaError } from '../contract.ts';
import type { ProducerIdentity } from './batch.ts';
import { HungUp } from './hung-up.ts';
import { PartitionQueue, type PartitionQueueOptions } from './partition-queue.ts';
import { TimeoutEstimate } from './timeout-estimate.ts';

/** A partition that is written to. */
export interface Route {
  readonly topic: string;
  readonly partition: number;
  readonly queue: PartitionQueue;
  readonly backoff: Backoff;
  /** The link to the leader; undefined until the route has been found. */
  link: Link | undefined;
  mending: boolean;
  /** The topic's id when it was first written to. */
  topicId: string | undefined;
  /** The offset after the last record that is known to stand there. */
  end: number;
  /** It has had a producer id: another one must be new, for numbers of the old one may stand on the partition. */
  identified: boolean;
  missingSince: number | undefined;
  /** How often in a row the broker has not known what it must know of this producer. */
  forgotten: number;
  /** Why nothing can be written here any more. */
  poison: KafkaError | undefined;
}

export interface RouteFinderOptions {
  /** While it holds nothing, a failure is no reason to try again at once: others do its work meanwhile. */
  readonly isSpare?: boolean;
  /** It needs a connection, and has failed to get one more than once; of which broker, if it came so far. */
  readonly onRefused?: (broker: number | undefined) => void;
}

/** Milliseconds that a spare one waits after a failure: a broker may have had enough of connections. */
const restMs = 10_000;
/** How long a topic that was there may be unknown to the cluster before its records are given up. */
const missingGraceMs = 5000;

export class RouteFinder {
  readonly #cluster: Cluster;
  readonly #isSpare: boolean;
  readonly #onRefused: (broker: number | undefined) => void;
  readonly #purpose: LinkPurpose;
  /** Those that stand, and to which broker. */
  readonly #links = new Map<Link, number>();
  /** By broker: one that stands still says nothing of the others. */
  readonly #estimates = new Map<number, TimeoutEstimate>();
  readonly #estimateOf = new WeakMap<Link, TimeoutEstimate>();
  readonly #hungUp = new HungUp();
  #identity: Promise<ProducerIdentity> | undefined;
  #restsUntil = 0;
  #isClosed = false;

  constructor(cluster: Cluster, { isSpare = false, onRefused = () => {} }: RouteFinderOptions = {}) {
    this.#cluster = cluster;
    this.#isSpare = isSpare;
    this.#onRefused = onRefused;
    this.#purpose = ownPurpose('produce', isSpare);
  }

  /** It failed, holds nothing, and is not to be asked now. */
  get isResting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  newRoute(topic: string, partition: number, queue: PartitionQueueOptions): Route {
    return {
      topic,
      partition,
      queue: new PartitionQueue(queue),
      backoff: this.#cluster.backoff(`write to ${topic}-${partition}`),
      link: undefined,
      mending: false,
      topicId: undefined,
      end: 0,
      identified: false,
      missingSince: undefined,
      forgotten: 0,
      poison: undefined,
    };
  }

  /**
   * Makes the route usable, as long as it takes. Resolves true; false when it never will be: everything that waited has
   * been rejected then; or when it is spare, holds nothing, and failed. `cause`: what broke it, if it was no orderly end.
   */
  async mend(route: Route, cause?: Error): Promise<boolean> {
    const { queue, backoff } = route;
    route.link = undefined;
    // A refusal of one record says nothing against the route, so there is nothing to wait for.
    let error = cause !== undefined && (mayPass(cause) || isAboutTopic(cause)) ? cause : undefined;
    let failedAt = performance.now();
    let refusals = 0;
    for (;;) {
      let leader: number | undefined;
      try {
        if (error && this.#isSpare && queue.isEmpty) return this.#rest(backoff);
        if (error) await backoff.pause(error);
        if (this.#isClosed && queue.isEmpty) return false;
        // Asked for beside the way, and not after it.
        if (!route.identified) this.#firstIdentity().catch(() => {});
        leader = await this.#leader(route, doubtedSince(error, failedAt));
        const link = await this.#link(leader, error !== undefined);
        if (queue.inDoubt) queue.settleDoubt(await this.#lastSequence(route, link), doubtful(route));
        if (queue.identity === undefined) queue.identify(await this.#identify(route));
        if (queue.halted) queue.resume();
        route.link = link;
        return true;
      } catch (thrown) {
        error = translate(thrown, `write to ${route.topic}-${route.partition}`) as Error;
        failedAt = performance.now();
        if (this.#isSpare && queue.isEmpty) return this.#rest(backoff);
        if (error instanceof NetworkFailure) refusals += 1;
        if (refusals > 1) this.#onRefused(leader);
        if (mayPass(error)) continue;
        backoff.abandoned();
        queue.clear(error);
        return false;
      }
    }
  }

  /**
   * A request of so many bytes was on its way when the link ended. Where it stood still it is slow, perhaps: the next one is given more
   * time. Gives why it was, as far as anything tells.
   */
  unanswered(link: Link, bytes: number, error: Error): Error {
    if (error instanceof StalledConnection) this.#estimateOf.get(link)?.stalled(link, bytes);
    return this.#hungUp.explained(error, bytes);
  }

  /** A request of so many bytes was answered after so many milliseconds. */
  answered(link: Link, bytes: number, waited: number): void {
    this.#hungUp.answered();
    const { requestTimeout } = this.#cluster.options;
    const isEnough = this.#estimateOf.get(link)?.answered(bytes, waited < requestTimeout);
    if (isEnough) link.connection.setRequestTimeout(requestTimeout);
  }

  /** Has its connections go to others for a while. Only while it holds nothing. */
  giveWay(): void {
    this.#restsUntil = performance.now() + restMs;
    for (const { connection } of this.#links.keys()) connection.close();
  }

  /** True while it has a connection to the broker; without one, to any. */
  isLinked(broker: number | undefined): boolean {
    return [...this.#links.values()].some((at) => broker === undefined || at === broker);
  }

  closeLinks(): void {
    this.#isClosed = true;
    for (const { connection } of this.#links.keys()) connection.close();
    this.#links.clear();
  }

  #rest(backoff: Backoff): false {
    backoff.abandoned();
    this.#restsUntil = performance.now() + restMs;
    return false;
  }

  /** `failedAt`: what is known from before then (by the steady clock) is not enough. */
  async #leader(route: Route, failedAt?: number): Promise<number> {
    const known = failedAt === undefined ? this.#cluster.knownTopic(route.topic) : undefined;
    const topic = known ?? (await this.#cluster.refreshTopic(route.topic, failedAt));
    if (topic !== undefined && route.topicId !== undefined && topic.id !== route.topicId) {
      route.poison = recreated(route.topic);
      throw route.poison;
    }
    const leader = topic?.partitions[route.partition]?.leader;
    if (known && (leader === undefined || leader < 0)) return this.#leader(route, Number.POSITIVE_INFINITY);
    if (topic === undefined || leader === undefined) {
      route.missingSince ??= performance.now();
      const isNews = route.topicId !== undefined && performance.now() - route.missingSince < missingGraceMs;
      throw isNews
        ? new NotNow(Code.unknownTopicOrPartition, `find ${route.topic}-${route.partition}`)
        : missing(route, topic !== undefined);
    }
    route.missingSince = undefined;
    route.topicId = topic.id;
    if (leader < 0)
      throw new NotNow(Code.leaderNotAvailable, `find the leader of ${route.topic}-${route.partition}`);
    return leader;
  }

  /**
   * A broker that has had enough of connections takes another one, and closes it at once. What is sent there has to be seen through by
   * whoever sent it; so a spare one sends nothing before it has been answered, nor does one that has failed before.
   */
  async #link(leader: number, hasFailed: boolean): Promise<Link> {
    const estimate = this.#estimates.get(leader) ?? new TimeoutEstimate();
    this.#estimates.set(leader, estimate);
    const timeout = this.#cluster.options.requestTimeout * estimate.timeouts;
    const link = await this.#cluster.link(leader, this.#purpose, timeout);
    if (!this.#links.has(link)) {
      const isProven = link.connection.received > 0;
      if ((this.#isSpare || hasFailed) && !isProven)
        await call(link.connection, apiVersionsV3.api, 'sluice', '1');
      this.#links.set(link, leader);
      this.#estimateOf.set(link, estimate);
      link.connection.closed.then(() => this.#links.delete(link));
    }
    return link;
  }

  /** The last sequence number that the leader has of our producer id; undefined when it may not tell, or cannot. */
  async #lastSequence(route: Route, link: Link): Promise<number | 'none' | undefined> {
    const { topic, partition, queue } = route;
    const { connection, versions } = link;
    if (!versions.has(Api.describeProducers)) return undefined;
    const request = [{ name: topic, partitionIndexes: [partition] }];
    const answer = await ask(connection, describeProducersV0.api, request);
    const [state] = answer.topics.flatMap(({ partitions }) => partitions);
    const what = `ask for the last record of ${topic}-${partition}`;
    const error =
      state && state.errorCode !== Code.none
        ? errorOf('producers', state.errorCode, what, null, { topic })
        : undefined;
    if (error instanceof NotNow) throw error;
    if (error !== undefined || state === undefined) return undefined;
    const producer = state.activeProducers.find(
      ({ producerId }) => producerId === queue.identity?.producerId,
    );
    return producer?.lastSequence ?? 'none';
  }

  async #identify(route: Route): Promise<ProducerIdentity> {
    const identity = await (route.identified ? this.#newIdentity() : this.#firstIdentity());
    route.identified = true;
    return identity;
  }

  /** Shared by all partitions. */
  #firstIdentity(): Promise<ProducerIdentity> {
    this.#identity ??= this.#newIdentity().catch((error: unknown) => {
      this.#identity = undefined;
      throw error;
    });
    return this.#identity;
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const response = await this.#cluster.askAny(initProducerIdV4.api, null, 0);
    check('producer id', response.errorCode, 'get a producer id');
    const { producerId, producerEpoch: epoch } = response;
    // Under a number below zero the broker would append whatever comes, however often.
    if (producerId < 0n || epoch < 0)
      throw new NetworkFailure(`${producerId}, epoch ${epoch}, is no producer id that a broker gives`);
    return { producerId, epoch };
  }
}

function missing({ topic, partition }: Route, topicIsThere: boolean): KafkaError {
  const message = topicIsThere
    ? `Topic ${topic} has no partition ${partition}.`
    : `There is no topic ${topic}.`;
  return new KafkaError('unknown-topic', message);
}

function doubtful({ topic, partition }: Route): KafkaError {
  return new KafkaError(
    'invalid',
    `The broker has forgotten this producer and cannot tell whether its last records stand on ${topic}-${partition}. They may be there; send them again if they may stand there twice.`,
  );
}

function recreated(topic: string): KafkaError {
  return new KafkaError(
    'topic-recreated',
    `Topic ${topic} was deleted and created again while it was written to. Start again to write to the new one.`,
  );
}
