/**
 * Three brokers with one topic, as producers and consumers meet them: in the place of `Cluster`, with the real wire format of what
 * is produced and fetched. Nothing happens by itself: the model's owner says when a request is answered, and with what.
 */
import { ask } from '../../../src/kafka/api.ts';
import type { Cluster } from '../../../src/kafka/cluster/cluster.ts';
import { mayPass, NetworkFailure, NotNow } from '../../../src/kafka/cluster/failures.ts';
import type { Link } from '../../../src/kafka/cluster/link.ts';
import type { LinkPurpose } from '../../../src/kafka/cluster/link-purpose.ts';
import { isSameTopic, type TopicMetadata } from '../../../src/kafka/cluster/topic-metadata.ts';
import { KafkaError } from '../../../src/kafka/contract.ts';
import { silentLogger } from '../../../src/log.ts';
import { type Frames, ModelConnection, type ModelRequest } from './connection.ts';

export const topic = 'T';
export const topicId = '00112233-4455-6677-8899-aabbccddeeff';

/** How many brokers there are; their ids count from 0. */
export const brokers = 3;

/** What a small request may meet, one after the other, before all is well: a number is the code of its answer. */
export type ControlFault = 'lost' | 'leaderless' | 'stale' | number;

/** A partition, as metadata tells of it. */
interface Led {
  readonly leader: number;
  readonly epoch: number;
}

/** A small request at a broker. */
export interface Asked {
  readonly apiKey: number;
  readonly payload: Buffer;
  readonly broker: number;
  /** What it is to be answered with; 0: with the truth. */
  readonly code: number;
}

export interface ModelClusterOptions<Log extends Led> {
  readonly logs: Log[];
  readonly versions: ReadonlyMap<number, number>;
  /** Answers small requests, but those for metadata, as the library would have read it. */
  readonly control: (asked: Asked) => unknown;
  /** Milliseconds to a broker and back. Default 0. */
  readonly roundTrip?: number;
  /** Metadata say under which epoch a partition is led, so that whoever does not know of a change is refused. Default true. */
  readonly tellsEpochs?: boolean;
}

type Use = (topic: TopicMetadata | undefined) => Promise<unknown>;

export class ModelCluster<Log extends Led> {
  readonly logs: Log[];
  readonly faults: ControlFault[] = [];
  /** What every small request meets once there are no other faults. */
  lasting: ControlFault | undefined;
  /** How often something waited before it tried again. */
  pauses = 0;
  /** What no client may do. */
  readonly wrongs: string[] = [];
  /** How many small requests there were, those for metadata among them. */
  asked = 0;
  /** What the topic is known by; another one once it was made anew. Undefined: there is no such topic. */
  topicId: string | undefined = topicId;
  /** Of each metadata that was asked for: since when an answer of before would have done. */
  readonly refreshes: (number | undefined)[] = [];
  /** Of each link that was asked for: to whom, and milliseconds that its requests are given. */
  readonly linked: { readonly broker: number; readonly requestTimeout: number | undefined }[] = [];
  /** Brokers that take no further connections. */
  readonly full = new Set<number>();
  /** So many connections may stand to a broker: further ones are taken, and closed at once. */
  most = Number.POSITIVE_INFINITY;
  /** New connections were answered already when they are given: what the broker speaks was asked for. */
  greets = false;
  /** What its owner says of things that are tried again: that they wait, work, or are given up. */
  readonly told: string[] = [];
  /** Answers that nobody has given back yet. */
  readonly frames: Frames = { held: 0 };
  readonly #options: ModelClusterOptions<Log>;
  readonly #connections = new Map<string, ModelConnection>();
  readonly #links = new Map<string, Link>();
  readonly #closing = new AbortController();
  #known: TopicMetadata | undefined;

  constructor(options: ModelClusterOptions<Log>) {
    this.#options = options;
    this.logs = options.logs;
  }

  /** What the code under test takes it for. */
  get asCluster(): Cluster {
    const backoff = (what: string) => ({
      pause: (error: Error) => {
        this.told.push(`waits to ${what}: ${error.message}`);
        return this.#pause();
      },
      succeeded: () => void this.told.push(`could ${what}`),
      abandoned: () => void this.told.push(`gave up to ${what}`),
    });
    const cluster = {
      options: { requestTimeout: 1000, logger: silentLogger, rack: undefined },
      signal: this.#closing.signal,
      nearest: { taken: this.#options.roundTrip ?? 0, answered: this.#options.roundTrip ?? 0 },
      backoff,
      retry: (_: string, work: () => Promise<unknown>, signal?: AbortSignal) => this.#retry(work, signal),
      knownTopic: () => this.#known,
      refreshTopic: async (_: string, notBefore?: number) => {
        this.refreshes.push(notBefore);
        return this.#refresh();
      },
      link: async (broker: number, { name }: LinkPurpose, requestTimeout?: number) => {
        this.linked.push({ broker, requestTimeout });
        return this.#link(name, broker);
      },
      connection: async (broker: number) => this.#link('control', broker).connection,
      askAny: async (api: Parameters<Cluster['askAny']>[0], ...args: unknown[]) =>
        ask(this.#link('any', 0).connection, api, ...args),
      withTopic: (_: string, use: Use) => this.#withTopic(use),
    };
    return cluster as unknown as Cluster;
  }

  async #withTopic(use: Use): Promise<unknown> {
    const known = this.#known;
    const used = known && use(known);
    used?.catch(() => {});
    const now = this.#refresh();
    return used !== undefined && isSameTopic(known, now) ? used : use(now);
  }

  /** What is on its way to a broker, the oldest first. */
  to(broker: number): readonly ModelRequest[] {
    return this.#at(broker).flatMap(({ waiting }) => waiting);
  }

  /** The open connections to a broker, whatever they are for. */
  connections(broker: number): readonly ModelConnection[] {
    return this.#at(broker).filter(({ isOpen }) => isOpen);
  }

  /** What a broker may answer next: the oldest of each connection. */
  next(broker: number): readonly ModelRequest[] {
    return this.#at(broker).flatMap(({ waiting }) => waiting.slice(0, 1));
  }

  /** All connections to a broker break. */
  breakOff(broker: number, reason?: Error): void {
    for (const connection of this.#at(broker)) connection.close(reason);
  }

  close(): void {
    this.#closing.abort();
    for (const connection of this.#connections.values()) connection.close();
  }

  #at(broker: number): readonly ModelConnection[] {
    return [...this.#connections].filter(([name]) => name.endsWith(` ${broker}`)).map(([, one]) => one);
  }

  async #retry(work: () => Promise<unknown>, signal = this.#closing.signal): Promise<unknown> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!mayPass(error)) throw error;
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    this.pauses += 1;
    // What lasts would leave nobody else a turn.
    if (this.lasting !== undefined || this.most < Number.POSITIVE_INFINITY) await new Promise(setImmediate);
  }

  #next(): ControlFault | undefined {
    this.asked += 1;
    return this.faults.shift() ?? this.lasting;
  }

  #refresh(): TopicMetadata | undefined {
    const fault = this.#next();
    if (fault === 'lost') throw new NetworkFailure('the answer was lost');
    if (typeof fault === 'number') throw new NotNow(fault, 'find the topic');
    if (fault === 'stale' && this.#known !== undefined) return this.#known;
    if (this.topicId === undefined) return undefined;
    const { tellsEpochs = true } = this.#options;
    const partitions = this.logs.map(({ leader, epoch }) => ({
      leader: fault === 'leaderless' ? -1 : leader,
      leaderEpoch: tellsEpochs ? epoch : -1,
    }));
    this.#known = { name: topic, id: this.topicId, partitions };
    return this.#known;
  }

  #link(purpose: string, broker: number): Link {
    if (this.#closing.signal.aborted) throw new KafkaError('closed', 'The Kafka client has been closed.');
    const name = `${purpose} ${broker}`;
    const known = this.#links.get(name);
    if (known?.connection.isOpen) return known;
    if (this.full.has(broker)) throw new NetworkFailure('it takes no more connections');
    const isTooMany = this.connections(broker).length >= this.most;
    const connection = new ModelConnection(
      (apiKey, payload) => {
        if (isTooMany) throw new NetworkFailure('it was closed at once');
        return this.#control(apiKey, payload, broker);
      },
      this.frames,
      this.#options.roundTrip ?? 0,
    );
    if (isTooMany) setImmediate(() => connection.close());
    else if (this.greets) connection.received = 1;
    const link = { connection, versions: this.#options.versions } as unknown as Link;
    this.#connections.set(name, connection);
    this.#links.set(name, link);
    return link;
  }

  #control(apiKey: number, payload: Buffer, broker: number): unknown {
    const fault = this.#next();
    if (fault === 'lost') throw new NetworkFailure('the answer was lost');
    const code = typeof fault === 'number' ? fault : 0;
    return this.#options.control({ apiKey, payload, broker, code });
  }
}
