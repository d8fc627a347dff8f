/** Sends what the queues give, to the leaders of their partitions, and tells them what came of it. */
import { crashPoint } from '../../crash-points.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { isAboutTopic, mayPass, NetworkFailure } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { errorOf } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import { KafkaError } from '../contract.ts';
import type { Frame } from '../wire/frame-pool.ts';
import { decodeProduce, encodeProduce, type ProduceResult, topicWord } from '../wire/produce.ts';
import { type Verdict, verdictOf } from './answers.ts';
import type { Batch } from './batch.ts';
import type { BatchCompression } from './compression.ts';
import type { Route, RouteFinder } from './route.ts';

interface Sent {
  readonly route: Route;
  readonly batch: Batch;
}

/** Records that any of several sessions may send, as one of them sees it. */
export interface Sharing {
  /** Bytes that the next batch may take of them, while as many are held as there are; 0: none. */
  share(): number;
  /** Those of them to where records wait that are to go first. */
  urgent(): Iterable<Route>;
  /** Routes of this session to where such records wait, and may be sent or have their way found. */
  waiting(): Iterable<Route>;
  /** Nothing is on its way any more. */
  rested(): void;
}

/** Batches of several partitions are sent together up to here; a larger one goes alone. */
const requestBytes = 1024 * 1024;
/** A batch that came damaged so often is damaged here. */
const damagesAllowed = 5;
/** A new producer id mends what a broker has forgotten; one that forgets so often in a row remembers nothing. */
const forgettingAllowed = 8;

export class Sender {
  readonly #cluster: Cluster;
  readonly #finder: RouteFinder;
  readonly #compression: BatchCompression | undefined;
  readonly #sharing: Sharing;
  readonly #active = new Set<Route>();
  #scheduled = false;
  #load = 0;

  constructor(
    cluster: Cluster,
    finder: RouteFinder,
    compression: BatchCompression | undefined,
    sharing: Sharing,
  ) {
    this.#cluster = cluster;
    this.#finder = finder;
    this.#compression = compression;
    this.#sharing = sharing;
  }

  /** Batches that are on their way, or are made ready for it. */
  get load(): number {
    return this.#load;
  }

  /** The route's queue may have something to send. What is appended in one turn of the event loop goes out together. */
  wake(route: Route): void {
    this.#active.add(route);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const usable: Route[] = [];
    for (const route of this.#active) {
      const isStale = route.link?.connection.isOpen !== true && route.queue.inFlight === 0;
      if (isStale) void this.#mend(route);
      else if (route.link !== undefined) usable.push(route);
    }
    this.#active.clear();
    const byLink = Map.groupBy(usable, (route) => route.link!);
    for (const [link, routes] of byLink) {
      // A request holds one batch of each partition at most, so that the rest goes by further requests.
      for (let busy = routes; busy.length > 0; ) busy = this.#sendOneOfEach(link, busy);
    }
  }

  /** Gives back the routes that may have more. */
  #sendOneOfEach(link: Link, routes: readonly Route[]): Route[] {
    const now = Date.now();
    const busy: Route[] = [];
    let entries: Sent[] = [];
    let bytes = 0;
    for (const route of routes) {
      if (this.#compression) this.#compress(route, this.#compression);
      const batch = route.queue.next(now, this.#sharing.share());
      if (batch === undefined) continue;
      const { size } = batch.encoded!;
      if (entries.length > 0 && bytes + size > requestBytes) {
        this.#send(link, entries);
        entries = [];
        bytes = 0;
      }
      entries.push({ route, batch });
      this.#load += 1;
      bytes += size;
      busy.push(route);
    }
    if (entries.length > 0) this.#send(link, entries);
    return busy;
  }

  #compress(route: Route, compression: BatchCompression): void {
    const { queue } = route;
    const next = () => queue.toCompress(this.#sharing.share());
    for (let batch = next(); batch !== undefined; batch = next()) {
      const compressing = batch;
      if (!compression.suits(batch)) {
        queue.compressed(batch, undefined);
      } else {
        this.#load += 1;
        void compression.compress(batch).then((records) => {
          this.#load -= 1;
          queue.compressed(compressing, records);
          this.wake(route);
        });
      }
    }
  }

  #send(link: Link, entries: readonly Sent[]): void {
    const batches = entries.map(({ route, batch }) => ({ ...reference(route), encoded: batch.encoded! }));
    const apiVersion = link.versions.get(Api.produce)!;
    // Less than our own time-out, so that a broker whose replicas are slow says so before we give the connection up.
    const pieces = encodeProduce(batches, Math.floor(this.#cluster.options.requestTimeout / 2), apiVersion);
    const bytes = batches.reduce((sum, { encoded }) => sum + encoded.size, 0);
    const since = performance.now();
    const answer = link.connection.exchange({ apiKey: Api.produce, apiVersion, pieces, hasTags: true });
    crashPoint('produce:after-send');
    answer.then(
      (frame) => {
        this.#load -= entries.length;
        crashPoint('produce:after-answer');
        this.#finder.answered(link, bytes, performance.now() - since);
        this.#answered(link, entries, frame);
      },
      (error: Error) => {
        this.#load -= entries.length;
        this.#unanswered(entries, this.#finder.unanswered(link, bytes, error));
      },
    );
  }

  #answered(link: Link, entries: readonly Sent[], frame: Frame): void {
    const version = link.versions.get(Api.produce)!;
    let results: readonly ProduceResult[];
    try {
      const response = decodeProduce(frame.bytes, version);
      results = response.results;
      link.connection.throttle(response.throttleMs);
    } catch (cause) {
      const error = new NetworkFailure('The answer to a Produce request makes no sense', { cause });
      link.connection.close(error);
      this.#unanswered(entries, error);
      return;
    }
    for (const route of this.#sharing.urgent()) this.#active.add(route);
    for (const { route, batch } of entries) {
      if (!route.queue.holds(batch)) continue;
      const { partition, queue } = route;
      const word = topicWord(reference(route), version);
      const result = results.find((one) => one.topic === word && one.partition === partition);
      const error = this.#outcome(route, batch, result);
      this.#active.add(route);
      if (queue.halted && queue.inFlight === 0) void this.#mend(route, error);
    }
    for (const route of this.#sharing.waiting()) this.#active.add(route);
    this.#flush();
    if (this.#load === 0) this.#sharing.rested();
  }

  /** What found this session busy when it came was told to nobody. */
  #wakeWaiting(): void {
    for (const route of this.#sharing.waiting()) this.wake(route);
  }

  /** Tells the queue; gives back the error, if it is one. */
  #outcome(route: Route, batch: Batch, result: ProduceResult | undefined): Error | undefined {
    const { queue, topic, partition } = route;
    const what = `write to ${topic}-${partition}`;
    if (result === undefined) {
      queue.failed(batch, true);
      return new NetworkFailure(`Could not ${what}: the broker's answer says nothing of it`);
    }
    const { errorCode: code } = result;
    const verdict = verdictOf(code);
    if (verdict === 'appended') {
      const { baseOffset } = result;
      if (baseOffset >= 0 && baseOffset < route.end && !batch.overtaken) {
        // Brokers before 4.1 know topics by name alone: what ends earlier than it did may be another one of that name.
        route.end = 0;
        queue.failed(batch, true);
        return errorOf('produce', Code.unknownTopicId, what);
      }
      route.end = Math.max(route.end, baseOffset + batch.records.length);
      queue.acknowledged(batch, result.baseOffset);
      route.backoff.succeeded();
      route.forgotten = 0;
      return undefined;
    }
    const error = errorOf('produce', code, what, result.errorMessage, { topic });
    if (verdict === 'doubt' || verdict === 'turned-away') {
      queue.failed(batch, verdict === 'doubt');
      // What proves nothing is asked again, and not at once, however final its code is elsewhere.
      return mayPass(error) || isAboutTopic(error)
        ? error
        : new NetworkFailure(error.message, { cause: error });
    }
    if (verdict === 'out-of-order')
      return queue.outOfOrder(batch) ? this.#forgotten(route, error) : undefined;
    if (this.#isAskedOnceMore(batch, verdict, result)) {
      queue.failed(batch, result.baseOffset >= 0);
      return new NetworkFailure(`Could not ${what}: ${error.message}`, { cause: error });
    }
    if (verdict === 'forgotten') {
      queue.disowned(batch, error);
      return this.#forgotten(route, error);
    }
    queue.refused(batch, error, verdict === 'damaged' ? 'bad-record' : verdict);
    return error;
  }

  /**
   * The broker does not know what it has acknowledged before, or the producer at all. Gives back what there is to wait for: the first
   * time nothing, for a new producer id mends it; and when it lasts, there is no use in asking.
   */
  #forgotten(route: Route, cause: Error): Error | undefined {
    const { topic, partition, queue } = route;
    route.forgotten += 1;
    if (route.forgotten === 1) {
      const message = `${topic}-${partition} does not know the records before this one; finding out what it has`;
      this.#cluster.options.logger.warn(message);
      return undefined;
    }
    if (route.forgotten < forgettingAllowed) return new NetworkFailure(cause.message, { cause });
    route.forgotten = 0;
    route.link = undefined;
    const message = `Idempotence is not supported here: ${forgettingAllowed} times in a row the leader of ${topic}-${partition} did not know what it must know of its producer (KIP-98). Last answer: ${cause.message}`;
    queue.clear(new KafkaError('unsupported', message, { cause }));
    return undefined;
  }

  /** Refusals that may be the fault of the network. Not for ever: it may be the batch that is so, or the broker. */
  #isAskedOnceMore(batch: Batch, verdict: Verdict, { baseOffset }: ProduceResult): boolean {
    if (verdict === 'damaged') {
      batch.damaged += 1;
      return batch.damaged < damagesAllowed;
    }
    // What is refused stands nowhere: a spoiled answer, then, to what may well have been appended.
    if (baseOffset < 0 || batch.contradicted) return false;
    batch.contradicted = true;
    return true;
  }

  #unanswered(entries: readonly Sent[], error: Error): void {
    for (const { route, batch } of entries) {
      if (!route.queue.holds(batch)) continue;
      route.queue.failed(batch, true);
      if (route.queue.inFlight === 0) void this.#mend(route, error);
    }
    this.#wakeWaiting();
  }

  async #mend(route: Route, cause?: Error): Promise<void> {
    if (route.mending) return;
    route.mending = true;
    const isUsable = await this.#finder.mend(route, cause);
    route.mending = false;
    if (isUsable || !route.queue.isEmpty) this.wake(route);
    this.#wakeWaiting();
  }
}

/** A route that sends has found its topic. */
function reference({ topic, topicId, partition }: Route): {
  topic: string;
  topicId: string;
  partition: number;
} {
  return { topic, topicId: topicId!, partition };
}
