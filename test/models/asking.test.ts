/**
 * A whole client, and brokers that listen: some of them are behind, deny, refuse, hang up or talk nonsense for good, answers are lost,
 * leaders change. As long as others answer as they should, everything ends well, and nobody is asked in a storm.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka } from '../../src/kafka/client.ts';
import { type Kafka, KafkaError } from '../../src/kafka/contract.ts';
import fc from '../support/properties.ts';
import { assertAtOnce } from './at-once.ts';
import { versionsAnswer } from './kafka/wire-answers.ts';
import { WireBroker } from './kafka/wire-broker.ts';
import { type Oddity, type Passing, topic, WireCluster } from './kafka/wire-cluster.ts';

/** A server of the bootstrap list that is of no use. */
type Useless = 'is too old' | 'hangs up' | 'talks nonsense';

/** What a client does, what happens to its cluster, and what the next small request meets. */
type Step =
  | 'describe'
  | 'offsets'
  | 'commit'
  | 'append'
  | 'read'
  | 'elect'
  | 'lose the leaders'
  | 'commit before the topic is heard of'
  | Passing;

interface Scenario {
  readonly sane: number;
  readonly odd: readonly Oddity[];
  readonly partitions: number;
  readonly configCode: number;
  readonly hasTopicId: boolean;
  readonly useless: readonly Useless[];
  /** The bootstrap list has no others beside what is useless. */
  readonly knowsSane: boolean;
  readonly steps: readonly Step[];
}

/** None of them is final for any of the small requests. */
const passingCode = fc.constantFrom(-1, 7, 9, 13, 14, 15, 16, 56, 32_000);

/** Nearly always there is one. */
function oneAtMost<One>(one: fc.Arbitrary<One>): fc.Arbitrary<readonly One[]> {
  return fc.option(one, { nil: undefined, freq: 6 }).map((found) => (found === undefined ? [] : [found]));
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  sane: fc.integer({ min: 1, max: 3 }),
  odd: oneAtMost(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<Oddity>('stale') },
      { weight: 4, arbitrary: fc.constantFrom<Oddity>('denies', 'dead') },
      { weight: 2, arbitrary: fc.constantFrom<Oddity>('hangs up', 'talks nonsense') },
      { weight: 2, arbitrary: passingCode },
    ),
  ),
  partitions: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 20, max: 100 })),
  configCode: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -1, max: 130 }).filter((code) => code !== 3) },
  ),
  hasTopicId: fc.oneof(
    { weight: 9, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  knowsSane: fc.boolean(),
  useless: fc.array(fc.constantFrom<Useless>('is too old', 'hangs up', 'talks nonsense'), { maxLength: 2 }),
  steps: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom<Step>(
          'describe',
          'describe',
          'offsets',
          'offsets',
          'commit',
          'append',
          'read',
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Step>('lose the leaders', 'commit before the topic is heard of'),
      },
      { weight: 3, arbitrary: fc.constant<Step>('elect') },
      { weight: 5, arbitrary: fc.oneof(passingCode, fc.constant<Passing>('hangs up')) },
    ),
    { minLength: 3, maxLength: 14, size: 'max' },
  ),
});

/** Both at once take many attempts, and a quarter of a minute. */
function oneTrouble(all: Scenario): Scenario {
  return all.odd.length > 0 ? { ...all, configCode: 0 } : all;
}

/** Milliseconds until an operation has ended, whatever was the matter at its beginning. */
const longest = 12_000;
const leaderlessMs = 700;

async function inTime<Result>(what: string, work: Promise<Result>): Promise<Result> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      delay(longest, undefined, { signal: late.signal }).then(() => {
        throw new Error(`no end of "${what}" within ${longest} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

class Run {
  readonly #cluster: WireCluster;
  readonly #kafka: Kafka;
  readonly #scenario: Scenario;
  readonly #appended: string[] = [];
  #committed = new Map<number, number>();

  constructor(cluster: WireCluster, kafka: Kafka, scenario: Scenario) {
    this.#cluster = cluster;
    this.#kafka = kafka;
    this.#scenario = scenario;
  }

  async take(step: Step): Promise<void> {
    const kafka = this.#kafka;
    const { partitions } = this.#scenario;
    const { length } = this.#cluster.logs;
    if (typeof step === 'number') {
      this.#cluster.passing.push(step);
      return;
    }
    switch (step) {
      case 'hangs up':
        this.#cluster.passing.push(step);
        return;
      case 'describe':
        assert.equal((await kafka.describeTopic(topic))?.partitions, partitions, 'the topic is not known');
        return;
      case 'offsets': {
        const ends = this.#cluster.logs.map(({ end }, partition) => [partition, end]);
        assert.deepEqual([...(await kafka.offsets(topic, 'latest'))], ends);
        return;
      }
      case 'commit':
      case 'commit before the topic is heard of': {
        this.#cluster.isUnheard = step !== 'commit';
        const offset = this.#committed.size + 1;
        await kafka.commit('G', topic, new Map([[offset % length, { offset, metadata: '' }]]));
        this.#committed.set(offset % length, offset);
        for (const [partition, { offset: found }] of await kafka.committed('G', topic))
          assert.equal(found, this.#committed.get(partition), 'another position than was committed');
        return;
      }
      case 'append':
        return this.#append();
      case 'read':
        return this.#read();
      case 'elect':
        return this.#cluster.elect();
      case 'lose the leaders':
        this.#cluster.leaderless(leaderlessMs);
        return this.#append();
    }
  }

  async #append(): Promise<void> {
    const producer = this.#kafka.producer();
    const appends = this.#cluster.logs.map(async (_, partition) => {
      const key = `${partition} ${this.#appended.length}`;
      await producer.append(topic, partition, { key: Buffer.from(key), value: Buffer.alloc(10) });
      return key;
    });
    this.#appended.push(...(await Promise.all(appends)));
    await producer.close();
  }

  async #read(): Promise<void> {
    const from = new Map([...this.#cluster.logs.keys()].map((partition) => [partition, 0]));
    const until = new Map(this.#cluster.logs.map(({ end }, partition) => [partition, end]));
    const found: string[] = [];
    for await (const batch of this.#kafka.consumer({ topic, from, until })) {
      found.push(...batch.records.map(({ key }) => Buffer.from(key!).toString()));
      batch.release();
    }
    assert.deepEqual(found.toSorted(), this.#appended.toSorted(), 'not what was appended');
  }
}

async function play(drawn: Scenario): Promise<void> {
  const scenario = oneTrouble(drawn);
  const cluster = await WireCluster.start(scenario);
  const useless = await Promise.all(
    scenario.useless.map((kind) =>
      WireBroker.listen(() => (kind === 'is too old' ? versionsAnswer(true) : kind)),
    ),
  );
  const servers = [...useless.map(({ port }) => `127.0.0.1:${port}`), ...cluster.servers(scenario.knowsSane)];
  const kafka = createKafka({ properties: { 'bootstrap.servers': servers.join() } });
  try {
    const run = new Run(cluster, kafka, scenario);
    for (const step of scenario.steps) {
      const [before, began] = [cluster.asked, performance.now()];
      // Each attempt may ask twice; a topic without a leader is asked for by all of its partitions at once.
      const most = (step === 'lose the leaders' ? 6 : 16) + 2 * cluster.passing.length;
      try {
        await inTime(String(step), run.take(step));
      } catch (error) {
        // Nothing is ever found by such an id.
        if (scenario.hasTopicId || !(error instanceof KafkaError && error.kind === 'unsupported'))
          throw error;
        assert.match(error.message, /no topic id/);
        break;
      }
      const seconds = (performance.now() - began) / 1000;
      const asked = cluster.asked - before;
      assert.ok(
        asked <= most + 6 * seconds,
        `${step}: asked ${asked} times for metadata in ${seconds.toFixed(1)} s`,
      );
    }
    assert.ok(cluster.vain <= 2, `${cluster.vain} connections to where nobody answers`);
    assert.deepEqual(cluster.strays, []);
  } finally {
    await kafka.close();
    cluster.close();
    for (const server of useless) server.close();
  }
}

test('While some brokers answer as they should, all ends well, whatever the others do', async () => {
  await assertAtOnce(scenario, play, { numRuns: 40, seed: 3, atOnce: 40 });
});
