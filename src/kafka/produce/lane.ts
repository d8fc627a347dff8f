/** One idempotent session: a producer id, its own connection to each broker, and a queue for each partition that it writes to. */
import type { Cluster } from '../cluster/cluster.ts';
import type { PendingRecord } from './batch.ts';
import type { BatchCompression } from './compression.ts';
import { type Route, RouteFinder } from './route.ts';
import { Sender } from './sender.ts';

/** Records for one partition that any lane may send. */
export interface Shared {
  readonly topic: string;
  readonly partition: number;
  readonly records: PendingRecord[];
}

export interface LaneOptions {
  readonly cluster: Cluster;
  readonly compression: BatchCompression | undefined;
  /** Others do its work when it cannot: it does not insist on connections, nor answer for what waits. */
  readonly isSpare: boolean;
  /** Bytes of shared records that it may take while so many batches of it are on their way; 0: none. */
  readonly share: (load: number) => number;
  /** Where shared records wait that are to go first. */
  readonly urgent: () => Iterable<Shared>;
  /** Where shared records wait. */
  readonly waiting: () => Iterable<Shared>;
  /** It needs a connection and gets none, perhaps because others have so many. */
  readonly onRefused: (broker: number | undefined) => void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #finder: RouteFinder;
  readonly #sender: Sender;
  readonly #routes = new Map<Shared, Route>();
  #givesWay = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { cluster, compression, isSpare, onRefused } = options;
    this.#finder = new RouteFinder(cluster, { isSpare, onRefused });
    this.#sender = new Sender(cluster, this.#finder, compression, {
      share: () => this.#share(this.load),
      urgent: () => this.#usable(this.#options.urgent()),
      waiting: () => this.#usable(this.#options.waiting()),
      rested: () => this.#leave(),
    });
  }

  /** Batches that are on their way, or are made ready for it. */
  get load(): number {
    let ready = 0;
    for (const { queue } of this.#routes.values()) ready += queue.ready;
    return this.#sender.load + ready;
  }

  /** True when it may take shared records now. */
  get hasRoom(): boolean {
    return this.#share(this.load) > 0;
  }

  route(to: Shared): Route {
    let route = this.#routes.get(to);
    if (route === undefined) {
      const { compression, isSpare } = this.#options;
      const queue = {
        compresses: compression !== undefined,
        shared: to.records,
        answersForShared: !isSpare,
      };
      route = this.#finder.newRoute(to.topic, to.partition, queue);
      this.#routes.set(to, route);
    }
    return route;
  }

  /** True when what the route is given goes out at once. */
  isReady({ link, mending, queue }: Route): boolean {
    return link?.connection.isOpen === true && !mending && !queue.halted;
  }

  /** Has the route look for something to send, and for its way there, unless that has to rest. */
  wake(route: Route): void {
    if (this.#maySend(route)) this.#sender.wake(route);
  }

  /** Another one needs a connection there and gets none: it takes nothing more, and closes its own as soon as it holds nothing. */
  giveWay(broker: number | undefined): void {
    this.#givesWay ||= this.#finder.isLinked(broker);
    this.#leave();
  }

  /** Rejects what it holds, and what it answers for. */
  clear(error: Error): void {
    for (const { queue } of this.#routes.values()) queue.clear(error);
  }

  closeLinks(): void {
    this.#finder.closeLinks();
  }

  #share(load: number): number {
    return this.#givesWay ? 0 : this.#options.share(load);
  }

  #leave(): void {
    if (!this.#givesWay || [...this.#routes.values()].some(({ queue }) => !queue.isEmpty)) return;
    this.#givesWay = false;
    this.#finder.giveWay();
  }

  *#usable(all: Iterable<Shared>): Generator<Route> {
    for (const to of all) {
      const route = this.route(to);
      if (this.#maySend(route)) yield route;
    }
  }

  /** False while it rests, where it would have to find its way first. */
  #maySend(route: Route): boolean {
    return !this.#finder.isResting || !route.queue.isEmpty || this.isReady(route);
  }
}
