/** Brokers that really listen, with one topic: most of them know what holds, and some do not. */
import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../../../src/kafka/cluster/versions.ts';
import { topicId } from './cluster.ts';
import { decodeFetchRequest, encodeFetchResponse } from './fetch-wire.ts';
import { PartitionLog } from './partition-log.ts';
import { decodeProduceRequest, encodeProduceResponse } from './produce-wire.ts';
import * as answers from './wire-answers.ts';
import { type WireAnswer, WireBroker, type WireRequest } from './wire-broker.ts';

export const topic = 'T';
const zeroId = '00000000-0000-0000-0000-000000000000';
const notLeader = 6;
const unknownTopic = 3;
const unknownTopicId = 100;
const notCoordinator = 16;
/** Milliseconds after which an empty answer to Fetch goes out. */
const longPollMs = 50;

/** What is the matter with a broker, for good: a number is the code of its answers to small requests. */
export type Oddity = 'stale' | 'denies' | 'dead' | 'hangs up' | 'talks nonsense' | number;

/** What a small request meets, one after the other, wherever it is asked. */
export type Passing = 'hangs up' | number;

export interface WireWorld {
  readonly sane: number;
  readonly odd: readonly Oddity[];
  readonly partitions: number;
  /** What DescribeConfigs is answered with, by everybody and always. */
  readonly configCode: number;
  readonly hasTopicId: boolean;
}

/** A broker as the model has it. */
interface Node {
  readonly id: number;
  readonly oddity: Oddity | undefined;
  readonly wire: WireBroker;
}

export class WireCluster {
  readonly logs: readonly PartitionLog[];
  readonly passing: Passing[] = [];
  /** The coordinator takes no positions of the topic the next time, for it has not heard of it yet. */
  isUnheard = false;
  /** Requests for metadata so far. */
  asked = 0;
  /** What went to a broker that did not lead any more, though the client had been told who does. */
  readonly strays: string[] = [];
  readonly #world: WireWorld;
  readonly #nodes: Node[] = [];
  /** What stale brokers tell of leaders. */
  #before: answers.Led[] = [];
  /** Partition -> the newest epoch that was told, and since when; milliseconds of the steady clock. */
  readonly #told = new Map<number, { readonly epoch: number; readonly at: number; readonly asked: number }>();
  readonly #committed = new Map<number, number>();
  #leaderlessUntil = 0;
  #producers = 0;

  private constructor(world: WireWorld) {
    this.#world = world;
    this.logs = Array.from({ length: world.partitions }, (_, index) => new PartitionLog(index % world.sane));
  }

  static async start(world: WireWorld): Promise<WireCluster> {
    const cluster = new WireCluster(world);
    const oddities = [...Array<undefined>(world.sane).fill(undefined), ...world.odd];
    for (const [id, oddity] of oddities.entries()) {
      const wire = await WireBroker.listen((request) => cluster.#answer(id, request));
      wire.isDead = oddity === 'dead';
      cluster.#nodes.push({ id, oddity, wire });
    }
    cluster.#before = cluster.#led();
    return cluster;
  }

  /** `host:port` of all brokers, or of the sane ones. */
  servers(isSane = false): readonly string[] {
    return this.#nodes
      .filter(({ oddity }) => !isSane || oddity === undefined)
      .map(({ wire }) => `127.0.0.1:${wire.port}`);
  }

  /** Connections that went to where nobody answers. */
  get vain(): number {
    return this.#nodes.reduce((sum, { oddity, wire }) => sum + (oddity === 'dead' ? wire.connections : 0), 0);
  }

  /** Another sane broker leads each partition; those that are stale never hear of it. */
  elect(): void {
    for (const log of this.logs) log.elect((log.leader + 1) % this.#world.sane, false);
  }

  leaderless(milliseconds: number): void {
    this.#leaderlessUntil = performance.now() + milliseconds;
  }

  close(): void {
    for (const { wire } of this.#nodes) wire.close();
  }

  #led(): answers.Led[] {
    const isLed = performance.now() >= this.#leaderlessUntil;
    return this.logs.map(({ leader, epoch }) => ({ leader: isLed ? leader : -1, epoch }));
  }

  async #answer(id: number, { apiKey, body }: WireRequest): Promise<WireAnswer> {
    const { oddity } = this.#nodes[id]!;
    if (oddity === 'talks nonsense') return oddity;
    if (apiKey === answers.smallApis.apiVersions) return answers.versionsAnswer();
    if (oddity === 'hangs up') return oddity;
    if (apiKey === Api.produce) return this.#produce(id, body);
    if (apiKey === Api.fetch) return this.#fetch(id, body);
    const passing = this.passing.shift();
    if (passing === 'hangs up') return passing;
    return this.#small(id, apiKey, body, passing ?? (typeof oddity === 'number' ? oddity : 0), oddity);
  }

  #small(id: number, apiKey: number, body: Buffer, code: number, oddity: Oddity | undefined): WireAnswer {
    const coordinator = 0;
    const isCoordinator = id === coordinator ? code : code || notCoordinator;
    switch (apiKey) {
      case Api.metadata:
        return this.#metadata(oddity, code);
      case Api.describeConfigs:
        return answers.configsAnswer(topic, code || this.#world.configCode);
      case Api.findCoordinator: {
        const at = this.#nodes[oddity === 'stale' ? id : coordinator]!;
        return answers.coordinatorAnswer('G', at.id, at.wire.port, code);
      }
      case Api.initProducerId:
        this.#producers += 1;
        return answers.producerAnswer(this.#producers, code);
      case Api.offsetFetch: {
        const of = (partition: number) => this.#committed.get(partition) ?? -1;
        return answers.positionsAnswer('G', topic, answers.decodePositionsRequest(body), of, isCoordinator);
      }
      case Api.offsetCommit: {
        const all = answers.decodeCommitRequest(body);
        const refused = isCoordinator || (this.isUnheard ? unknownTopic : 0);
        if (isCoordinator === 0) this.isUnheard = false;
        if (refused === 0) for (const { partition, offset } of all) this.#committed.set(partition, offset);
        return answers.commitAnswer(
          topic,
          all.map(({ partition }) => partition),
          refused,
        );
      }
      case Api.listOffsets: {
        const all = answers.decodeOffsetsRequest(body).map(({ partition, timestamp }) => {
          const log = this.logs[partition]!;
          this.#looksAt(id, partition);
          const refused = code || (this.#leads(id, partition) ? 0 : notLeader);
          return { partition, code: refused, offset: refused ? -1 : timestamp === -2 ? 0 : log.end };
        });
        return answers.offsetsAnswer(topic, all);
      }
      default:
        throw new Error(`the model does not speak API ${apiKey}`);
    }
  }

  #metadata(oddity: Oddity | undefined, code: number): Buffer {
    this.asked += 1;
    const partitions = oddity === 'stale' ? this.#before : this.#led();
    if (code === 0 && oddity === undefined)
      for (const [index, { epoch, leader }] of partitions.entries())
        if (leader >= 0 && (this.#told.get(index)?.epoch ?? -1) < epoch)
          this.#told.set(index, { epoch, at: performance.now(), asked: this.asked });
    return answers.metadataAnswer({
      brokers: this.#nodes.map(({ id, wire }) => ({ id, port: wire.port })),
      topic,
      topicId: this.#world.hasTopicId ? topicId : zeroId,
      code: code || (oddity === 'denies' ? unknownTopic : 0),
      partitions,
    });
  }

  #leads(id: number, partition: number): boolean {
    return this.logs[partition]!.leader === id && performance.now() >= this.#leaderlessUntil;
  }

  /** Of what names topics by their ids. */
  #refusal(id: number, partition: number): number {
    if (!this.#world.hasTopicId) return unknownTopicId;
    return this.#leads(id, partition) ? 0 : notLeader;
  }

  #looksAt(id: number, partition: number): void {
    const { leader, epoch } = this.logs[partition]!;
    const told = this.#told.get(partition);
    if (id === leader || told?.epoch !== epoch) return;
    // What was on its way when the answer came is right to come.
    if (this.asked > told.asked && performance.now() - told.at > 20)
      this.strays.push(`${topic}-${partition} was looked for at broker ${id}, and ${leader} leads`);
  }

  #produce(id: number, body: Buffer): Buffer {
    const all = decodeProduceRequest(body).map(({ topicId: of, partition, bytes }) => {
      this.#looksAt(id, partition);
      const code = this.#refusal(id, partition);
      if (code !== 0) return { topicId: of, partition, code, offset: -1 };
      return { topicId: of, partition, code: 0, offset: this.logs[partition]!.take(bytes) };
    });
    return encodeProduceResponse(all);
  }

  async #fetch(id: number, body: Buffer): Promise<Buffer> {
    const all = decodeFetchRequest(body).map(({ partition, offset }) => {
      this.#looksAt(id, partition);
      const { end, batches } = this.logs[partition]!;
      const code = this.#refusal(id, partition);
      const records = batches.filter(({ next }) => code === 0 && next > offset).map(({ bytes }) => bytes);
      return { partition, code, end, start: 0, records: Buffer.concat(records) };
    });
    if (all.every(({ code, records }) => code === 0 && records.length === 0)) await delay(longPollMs);
    return encodeFetchResponse(topicId, all);
  }
}
