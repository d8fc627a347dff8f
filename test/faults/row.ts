/** A row of the table: one fault, and the traffic that has to survive it. */
import type { BrokerNode } from '../../src/broker/broker.ts';
import type { ClientProperties } from '../../src/kafka/properties.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import type { Toxiproxy } from '../support/toxiproxy.ts';
import type { Levers } from './levers.ts';
import type { Traffic, TrafficOptions } from './traffic.ts';

/**
 * How the clients reach the brokers: straight, through Toxiproxy, or through our own proxy, which knows the byte at which it
 * resets and forgets connections without a word.
 */
export type Way = 'direct' | 'toxiproxy' | 'own proxy';

/** What a row may break. */
export interface Scene {
  readonly topic: string;
  readonly partitions: number;
  readonly traffic: Traffic;
  /** Empty where the brokers are not the row's to break. */
  readonly nodes: readonly BrokerNode[];
  readonly levers: Levers;
  /** Of the way `own proxy`, one for each node. */
  readonly proxies: readonly FaultProxy[];
  /** Of the way `toxiproxy`. */
  readonly toxiproxy: Toxiproxy | undefined;
  /** The client id of both clients. */
  readonly clientId: string;
  /** `host:port,...` past all proxies. */
  readonly witness: string;
  /** Creates the topic (again). */
  createTopic(): Promise<unknown>;
  /** New traffic on the topic, as the row's; numbers above `after`. */
  startTraffic(after: number): Traffic;
  /** One line for whoever watches. */
  say(text: string): void;
  /** What was too slow, or too much: the row has not passed. */
  blame(text: string): void;
}

export interface FaultRow {
  readonly name: string;
  /** What is done, for the page. */
  readonly what: string;
  readonly way: Way;
  /** Of the clients. */
  readonly properties?: ClientProperties;
  readonly traffic?: Partial<Omit<TrafficOptions, 'topic' | 'partitions'>>;
  /** Of the topic. */
  readonly config?: Readonly<Record<string, string>>;
  /** Seconds after the mending within which traffic must flow through every partition again. Default 20. */
  readonly flowsWithin?: number;
  /**
   * Breaks and mends. Resolves with the traffic to go on with, if it is another one.
   * @throws when something is not reported as it must be
   */
  run(scene: Scene): Promise<Traffic | undefined>;
}

/** Mostly small records, every so many a large one: faults fall into the middle of batches too. */
export function mixed(every: number, large: number): Pick<TrafficOptions, 'size' | 'largest'> {
  return { size: (number) => (number % every === 0 ? large : 2000), largest: large };
}
