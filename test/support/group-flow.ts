/** Members of a group in one process: a cluster and a bucket in memory, and each member's hands held where a test wants it. */
import { downloadTo } from '../../src/files/download.ts';
import type { DownloadEvent } from '../../src/files/shared/events.ts';
import type { DownloadOptions, DownloadSummary } from '../../src/files/shared/options.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import type { Sink } from '../../src/stores/contract.ts';
import { Notices } from '../../src/stores/notices.ts';
import { openObjectSink } from '../../src/stores/objects/sink/open-sink.ts';
import { Flow } from './flow.ts';
import { MemoryObjects } from './memory-objects.ts';
import type { Owner } from './owner.ts';

/** One member, as a process that can be frozen and killed. */
export class GroupMember {
  readonly name: string;
  readonly kafka: Kafka;
  readonly events: DownloadEvent[] = [];
  readonly #flow: GroupFlow;
  readonly #stop = new AbortController();
  #ended: Promise<DownloadSummary | undefined> = Promise.resolve(undefined);
  /** Settles when the process goes on; never, of one that was killed. */
  #frozen: Promise<void> | undefined;
  #thaw: () => void = () => {};
  /** The request before which, or before whose answer, it stands still. */
  #freezeAt: ((request: string) => boolean) | undefined;
  #reached = Promise.withResolvers<void>();
  /** The request that the store is slow to take, and until when. */
  #slow: { readonly matches: (request: string) => boolean; readonly until: Promise<void> } | undefined;

  constructor(flow: GroupFlow, name: string) {
    this.#flow = flow;
    this.name = name;
    this.kafka = flow.flow.cluster.client();
  }

  /** Opens the place and joins. */
  start(options: Partial<DownloadOptions> = {}): this {
    const run = async (): Promise<DownloadSummary> => {
      const sink = await this.#flow.open(this.name, { pass: (request) => this.#pass(request) });
      try {
        return await downloadTo(this.kafka, sink, {
          kafka: {},
          topic: this.#flow.flow.topic,
          to: sink.place,
          name: this.name,
          group: 'fill',
          commitInterval: 5,
          signal: this.#stop.signal,
          onEvent: (event) => this.events.push(event),
          ...options,
        });
      } finally {
        await sink.close();
      }
    };
    this.#ended = run();
    this.#ended.catch(() => {});
    return this;
  }

  /** Resolves with its summary; undefined of one that was never started. */
  get ended(): Promise<DownloadSummary | undefined> {
    return this.#ended;
  }

  /** Resolves when it stands still, at the first request that matches. */
  freezeAt(matches: (request: string) => boolean): Promise<void> {
    this.#freezeAt = matches;
    return this.#reached.promise;
  }

  /** The store is slow to take the first request that matches; nothing else is. Call `goOn` when it does. */
  holdAt(matches: (request: string) => boolean): {
    readonly reached: Promise<void>;
    readonly goOn: () => void;
  } {
    const [reached, until] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const noted = (request: string): boolean => {
      if (!matches(request)) return false;
      reached.resolve();
      return true;
    };
    this.#slow = { matches: noted, until: until.promise };
    return { reached: reached.promise, goOn: until.resolve };
  }

  /** It stands still from now on, and its group goes on without it. */
  freeze(): void {
    const goOn = this.#flow.flow.cluster.freeze(this.kafka);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = promise;
    this.#thaw = () => {
      this.#frozen = undefined;
      goOn();
      resolve();
    };
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** It goes on. */
  thaw(): void {
    this.#thaw();
  }

  /** Ends it in good order. */
  async stop(): Promise<DownloadSummary | undefined> {
    this.#stop.abort();
    const summary = await this.#ended;
    await this.kafka.close();
    return summary;
  }

  async #pass(request: string): Promise<void> {
    if (this.#freezeAt?.(request)) {
      this.#freezeAt = undefined;
      this.freeze();
      this.#reached.resolve();
    }
    const slow = this.#slow;
    if (slow?.matches(request)) {
      this.#slow = undefined;
      await slow.until;
    }
    while (this.#frozen !== undefined) await this.#frozen;
  }
}

export interface OpenOptions {
  readonly pass?: (request: string) => Promise<void>;
  readonly group?: string | null;
  readonly replacesAtOnce?: boolean;
}

export class GroupFlow {
  readonly flow: Flow;
  readonly objects = new MemoryObjects();

  readonly #members: GroupMember[] = [];

  constructor(owner: Owner, partitions = 4) {
    this.flow = new Flow({ partitions });
    // Those that were killed too: a process of the tests is not to be kept by them.
    owner.after(async () => {
      for (const member of this.#members) member.thaw();
      await Promise.allSettled(this.#members.map((member) => member.stop()));
    });
  }

  member(name: string): GroupMember {
    const member = new GroupMember(this, name);
    this.#members.push(member);
    return member;
  }

  /** The place as a member sees it; `group` null: as a downloader without one. */
  open(reader: string, { pass, group = 'fill', replacesAtOnce = true }: OpenOptions = {}): Promise<Sink> {
    const objects = this.objects.writer(pass, replacesAtOnce);
    return openObjectSink(objects, { reader, group: group ?? undefined, notices: new Notices() });
  }

  /** Path -> digest of what stands there. */
  received(digest: (bytes: Uint8Array) => string): Record<string, string> {
    const own = `${this.flow.uploader}/`;
    const found = [...this.objects.kept].filter(([key]) => key.startsWith(own));
    return Object.fromEntries(
      found.map(([key, { bytes }]) => [key.slice(own.length), digest(bytes)]).toSorted(),
    );
  }

  /** Path -> how often it was written. */
  writes(): Record<string, number> {
    const own = `${this.flow.uploader}/`;
    const found = [...this.objects.writes].filter(([key]) => key.startsWith(own));
    return Object.fromEntries(found.map(([key, count]) => [key.slice(own.length), count]));
  }
}
