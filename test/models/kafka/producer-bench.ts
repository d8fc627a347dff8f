/** A producer before brokers of which a test says what each request meets, and what came of each record. */
import { setImmediate as turn } from 'node:timers/promises';
import { Api } from '../../../src/kafka/cluster/versions.ts';
import type { ProducerOptions, RecordOrder } from '../../../src/kafka/contract.ts';
import { KafkaProducer } from '../../../src/kafka/produce/producer.ts';
import { brokers, type ModelCluster, topic } from './cluster.ts';
import type { ModelRequest } from './connection.ts';
import { keysOf, type PartitionLog } from './partition-log.ts';
import { decodeProduceRequest, encodeProduceResponse, type ProduceAnswer } from './produce-wire.ts';
import { producingCluster } from './producing.ts';

/** A record, and what is known of it: one of the two at most. */
export interface Sent {
  offset?: number;
  error?: Error & { readonly kind?: string };
}

export interface BenchOptions extends ProducerOptions {
  /** Leaders of the partitions: as many as there are. Default: one partition, led by broker 0. */
  readonly leaders?: readonly number[];
  /** Brokers say what they know of producers. Default: true. */
  readonly tells?: boolean;
  /** Of the Produce API. Default: 13. */
  readonly version?: number;
  readonly cluster?: ModelCluster<PartitionLog>;
  /** So many sessions. Default: one. */
  readonly lanes?: number;
}

/** What a request meets. Default: the truth, which is what the log makes of it. */
export interface Meets {
  readonly code?: number;
  /** The log takes it, whatever is said. Default: only where the truth is told. */
  readonly isAppended?: boolean;
  readonly offset?: number;
  readonly words?: string;
  /** Milliseconds for which the broker asks to be spared. */
  readonly throttle?: number;
}

const outOfOrder = 45;

export class ProducerBench {
  readonly cluster: ModelCluster<PartitionLog>;
  readonly producer: KafkaProducer;
  readonly #version: number;
  #sent = 0;

  constructor({
    leaders = [0],
    tells = true,
    version = 13,
    cluster,
    lanes = 1,
    ...options
  }: BenchOptions = {}) {
    this.cluster = cluster ?? producingCluster(leaders.length, tells, version);
    for (const [index, leader] of leaders.entries()) this.cluster.logs[index]!.leader = leader;
    this.producer = new KafkaProducer(this.cluster.asCluster, { connections: lanes, ...options }, lanes);
    this.#version = version;
  }

  /** Appends a record, its key the number of the call. */
  append(partition = 0, value: Uint8Array = Buffer.alloc(1), order: RecordOrder = 'kept'): Sent {
    const sent: Sent = {};
    this.producer.append(topic, partition, { key: Buffer.from(String(this.#sent++)), value }, order).then(
      ({ offset }) => {
        sent.offset = offset;
      },
      (error: Error) => {
        sent.error = error;
      },
    );
    return sent;
  }

  /** Has one record stand in each partition, so that all ways are found. Gives back this. */
  async warm(): Promise<this> {
    for (const partition of this.cluster.logs.keys()) {
      this.append(partition);
      await this.rest();
      for (let broker = 0; broker < brokers; broker += 1)
        while (this.cluster.to(broker).length > 0) await this.answer({}, broker);
    }
    return this;
  }

  /** Lets everything happen that needs no answer. */
  async rest(): Promise<void> {
    for (let turns = 0; turns < 4; turns += 1) await turn();
  }

  /** Records on their way to a broker: of each request, of each of its batches, `partition: keys`. */
  on(broker: number): readonly (readonly string[])[] {
    return this.cluster
      .to(broker)
      .filter(({ apiKey }) => apiKey === Api.produce)
      .map(({ bytes }) =>
        decodeProduceRequest(bytes, this.#version).map(
          ({ partition, bytes: batch }) => `${partition}: ${keysOf(batch)}`,
        ),
      );
  }

  /** The oldest request to a broker. */
  request(broker = 0): ModelRequest {
    const [request] = this.cluster.to(broker);
    if (request === undefined) throw new Error(`nothing is on its way to broker ${broker}`);
    return request;
  }

  /** The batches of the oldest request to a broker. */
  batches(broker = 0) {
    return decodeProduceRequest(this.request(broker).bytes, this.#version);
  }

  /** Has the oldest request to a broker answered, and gives back what it had of batches. */
  async answer(meets: Meets = {}, broker = 0) {
    const request = this.request(broker);
    const batches = this.batches(broker);
    const { code, isAppended = code === undefined, offset = -1, words, throttle } = meets;
    const answers = batches.map(({ topicId, partition, bytes }): ProduceAnswer => {
      const at = isAppended ? this.cluster.logs[partition]!.take(bytes) : -1;
      const truth = { code: at < 0 ? outOfOrder : 0, offset: at };
      const said = code === undefined ? truth : { code, offset };
      return { topicId, partition, ...said, ...(words === undefined ? {} : { words }) };
    });
    request.answer(encodeProduceResponse(answers, this.#version, throttle));
    await this.rest();
    return batches;
  }
}
