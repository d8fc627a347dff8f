/**
 * The producer against brokers that may answer anything at any point: what is acknowledged stands once, in order, where it is said to;
 * what is rejected stands nowhere, or is told as unknown.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../src/kafka/cluster/versions.ts';
import type { RecordOrder } from '../../src/kafka/contract.ts';
import { KafkaProducer } from '../../src/kafka/produce/producer.ts';
import fc from '../support/properties.ts';
import { brokers, type ControlFault, type ModelCluster, topic } from './kafka/cluster.ts';
import type { ModelRequest } from './kafka/connection.ts';
import type { PartitionLog } from './kafka/partition-log.ts';
import { decodeProduceRequest, encodeProduceResponse } from './kafka/produce-wire.ts';
import { producingCluster } from './kafka/producing.ts';
import { parameters } from './parameters.ts';

const partitions = 2;
const notLeader = 6;
const outOfOrder = 45;

/** Codes that a broker only gives before it appends anything: of rights, sizes, records, producers. */
const beforeAppend: ReadonlySet<number> = new Set([
  2, 10, 17, 18, 19, 21, 29, 31, 32, 35, 42, 43, 44, 45, 47, 53, 59, 76, 87, 90,
]);
/** DUPLICATE_SEQUENCE_NUMBER: only of what stands there. */
const afterAppend = 46;

/** What becomes of a request, beside what the brokers would do with it. */
type Fate =
  | { readonly answer: 'truth' | 'lost before' | 'lost after' }
  | { readonly answer: number; readonly appended: boolean };

type Step =
  | { readonly do: 'append'; readonly partition: number; readonly bytes: number }
  | { readonly do: 'serve'; readonly broker: number; readonly fate: Fate }
  | { readonly do: 'break'; readonly broker: number; readonly arrived: number }
  | { readonly do: 'elect'; readonly partition: number; readonly leader: number; readonly isBehind: boolean }
  | { readonly do: 'control'; readonly fault: ControlFault }
  | { readonly do: 'restart' | 'expire' };

const anyCode = fc.oneof(
  fc.constantFrom(-1, 3, 5, 6, 7, 19, 20, 45, 47, 59, 90, 46, 2, 10, 29, 32),
  fc.integer({ min: -1, max: 140 }).filter((code) => code !== 0),
  fc.constant(32_000),
);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ answer: 'truth' as const }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('lost before' as const, 'lost after' as const).map((answer) => ({ answer })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(anyCode, fc.boolean()).map(([answer, isLate]) => ({
      answer,
      appended: answer === afterAppend || (isLate && !beforeAppend.has(answer)),
    })),
  },
);
const partition = fc.nat({ max: partitions - 1 });
const broker = fc.nat({ max: brokers - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      partition,
      bytes: fc.constantFrom(1, 1, 1, 200_000),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('serve' as const), broker, fate }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('break' as const), broker, arrived: fc.nat({ max: 5 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('elect' as const),
      partition,
      leader: broker,
      isBehind: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('control' as const),
      fault: fc.constantFrom<ControlFault>('lost', 'leaderless', 'stale', -1, 15, 56, 32_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'expire' as const) }) },
);

interface Sent {
  readonly partition: number;
  readonly order: RecordOrder;
  /** Undefined while nothing is known. */
  offset?: number;
  error?: Error;
}

class Run {
  readonly cluster: ModelCluster<PartitionLog>;
  readonly producer: KafkaProducer;
  readonly sent: Sent[] = [];

  readonly #lanes: number;

  constructor(tellsOfProducers: boolean, lanes: number) {
    this.#lanes = lanes;
    this.cluster = producingCluster(partitions, tellsOfProducers);
    this.producer = new KafkaProducer(this.cluster.asCluster, { connections: lanes }, lanes);
  }

  async take(one: Step): Promise<void> {
    const { cluster } = this;
    if (one.do === 'append') this.#append(one.partition, one.bytes);
    if (one.do === 'serve') this.#serve(one.broker, one.fate);
    if (one.do === 'break') {
      for (const request of cluster.to(one.broker).slice(0, one.arrived)) this.#judge(request, one.broker);
      cluster.breakOff(one.broker);
    }
    if (one.do === 'elect') cluster.logs[one.partition]!.elect(one.leader, one.isBehind);
    if (one.do === 'control') cluster.faults.push(one.fault);
    if (one.do === 'restart') for (const log of cluster.logs) log.restart();
    // It takes a day: nothing is on its way then.
    if (one.do === 'expire' && this.sent.every(isKnown)) {
      now += 90_000_000;
      for (const log of cluster.logs) log.forgetProducers();
    }
    await new Promise(setImmediate);
  }

  /** From now on brokers say and do what is right. */
  async settle(): Promise<void> {
    this.cluster.faults.length = 0;
    for (let round = 0; round < 20 + 4 * this.sent.length; round += 1) {
      if (this.sent.every(isKnown)) return;
      for (let to = 0; to < brokers; to += 1) this.#serve(to, { answer: 'truth' });
      await new Promise(setImmediate);
    }
    assert.fail('records wait for ever');
  }

  check(): void {
    for (const [index, log] of this.cluster.logs.entries()) {
      const standing = log.standing();
      const ids = [...standing.values()].map(Number);
      assert.equal(new Set(ids).size, ids.length, `a record stands twice: ${ids}`);
      const ordered = ids.filter((id) => this.#lanes === 1 || this.sent[id]!.order === 'kept');
      assert.deepEqual(
        ordered,
        ordered.toSorted((a, b) => a - b),
        'records stand out of order',
      );
      for (const [id, { partition: where, offset, error }] of this.sent.entries()) {
        if (where !== index) continue;
        if (error === undefined) {
          assert.ok(ids.includes(id), `record ${id} was acknowledged and stands nowhere`);
          if (offset! >= 0) assert.equal(standing.get(offset!), String(id), `offset of record ${id}`);
        } else if (!/may be there/.test(error.message)) {
          assert.ok(!ids.includes(id), `record ${id} stands there and was rejected: ${error.message}`);
        }
      }
    }
    assert.equal(this.producer.pendingBytes, 0);
  }

  #append(where: number, bytes: number): void {
    const key = Buffer.from(String(this.sent.length));
    const order = (['free', 'urgent', 'kept'] as const)[this.sent.length % 3]!;
    const one: Sent = { partition: where, order };
    this.sent.push(one);
    this.producer.append(topic, where, { key, value: Buffer.alloc(bytes) }, order).then(
      ({ offset }) => {
        one.offset = offset;
      },
      (error: Error) => {
        one.error = error;
      },
    );
  }

  /** The oldest request to a broker meets its fate. */
  #serve(to: number, { answer, ...rest }: Fate): void {
    const [request] = this.cluster.to(to);
    if (request === undefined) return;
    assert.equal(request.apiKey, Api.produce);
    if (answer === 'lost before') {
      request.breakOff();
      return;
    }
    const isAppended = !('appended' in rest) || rest.appended;
    const said = isAppended
      ? this.#judge(request, to)
      : decodeProduceRequest(request.bytes).map((batch) => ({ ...batch, code: 0, offset: -1 }));
    if (answer === 'lost after') {
      request.breakOff();
      return;
    }
    const answers = said.map((each) => {
      // What is refused by itself cannot be told otherwise.
      if (answer === 'truth' || each.code !== 0) return each;
      return { ...each, code: answer, offset: -1 };
    });
    for (const [index, { partition: where, code }] of answers.entries())
      if (code === 0 || code === afterAppend) this.cluster.logs[where]!.replicate(said[index]!.offset);
    request.answer(encodeProduceResponse(answers));
  }

  /** What the broker does with a request, and would say of it. */
  #judge(request: ModelRequest, to: number) {
    return decodeProduceRequest(request.bytes).map(({ topicId, partition: where, bytes }) => {
      const log = this.cluster.logs[where]!;
      if (log.leader !== to) return { topicId, partition: where, code: notLeader, offset: -1 };
      const offset = log.take(bytes);
      return { topicId, partition: where, code: offset < 0 ? outOfOrder : 0, offset };
    });
  }
}

function isKnown({ offset, error }: Sent): boolean {
  return offset !== undefined || error !== undefined;
}

/** Milliseconds since the epoch, as the producer is told. */
let now = 1_790_000_000_000;

for (const lanes of [1, 3])
  for (const tells of [true, false]) {
    test(`Whatever brokers answer, what is acknowledged stands once, in order and in its place (they ${tells ? 'tell' : 'do not tell'} what they have; sessions: ${lanes})`, async (t) => {
      const clock = Date.now;
      Date.now = () => now;
      t.after(() => {
        Date.now = clock;
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
          const run = new Run(tells, lanes);
          for (const one of steps) await run.take(one);
          await run.settle();
          run.check();
          assert.deepEqual(run.cluster.wrongs, []);
          run.cluster.close();
        }),
        parameters({ numRuns: 300, seed: 10 }),
      );
    });
  }
