/**
 * What an uploader remembers, whatever became of its source and its topics between two runs: all that stands at the source ends on the
 * topic, nothing is given up that may come back, and what neither of them has is forgotten.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaError } from '../../src/kafka/contract.ts';
import { isOfNames } from '../../src/records/names-record.ts';
import { decodeStateRecord } from '../../src/records/state-record.ts';
import type { Source } from '../../src/stores/contract.ts';
import { faultyKafka } from '../support/faulty-kafka.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { Life, mortalKafka } from '../support/killable.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

type Step =
  | { readonly do: 'write'; readonly path: string; readonly size: number }
  | { readonly do: 'remove'; readonly path: string }
  /** A run that is stopped in good order at its n-th reading, or dies after so many calls. `resend`: all is to be sent anew. */
  | {
      readonly do: 'upload';
      readonly stopAt: number | undefined;
      readonly calls: number;
      readonly resend: boolean;
    }
  /** Retention takes all that stands on the topic; its log is cut by so many records; its disk is not there while it is uploaded. */
  | { readonly do: 'retention' | 'unmounted upload' }
  | { readonly do: 'cut'; readonly partition: number; readonly records: number };

const path = fc.constantFrom('a', 'b', 'dir/c', 'dir/d', 'e', 'f');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      path,
      size: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 700, max: 6000 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      stopAt: fc.oneof(fc.constant(undefined), fc.constant(undefined), fc.integer({ min: 1, max: 12 })),
      calls: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(1e9), fc.constant(1e9)),
      resend: fc.oneof(
        { weight: 3, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('retention' as const, 'unmounted upload' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      partition: fc.nat({ max: 1 }),
      records: fc.integer({ min: 1, max: 6 }),
    }),
  },
);

const packBelow = 300;

class Run {
  readonly flow = new Flow({ partitions: 2 });
  /** Paths that are to be sent anew, and how often they had been sent before. */
  readonly #resend = new Map<string, number>();

  async take(one: Step): Promise<void> {
    const { source, cluster, topic } = this.flow;
    await this.flow.prepare(cluster.client());
    switch (one.do) {
      case 'write':
        source.write(one.path, noise(one.size));
        return;
      case 'remove':
        if (source.paths().includes(one.path)) source.remove(one.path);
        return;
      case 'upload':
        return this.#upload(one);
      case 'unmounted upload':
        return this.#unmounted();
      case 'retention':
        for (const [partition, end] of await cluster.client().offsets(topic, 'latest'))
          cluster.deleteRecords(topic, partition, end);
        return;
      case 'cut': {
        const kafka = cluster.client();
        const [end, start] = await Promise.all(
          (['latest', 'earliest'] as const).map(
            async (at) => (await kafka.offsets(topic, at)).get(one.partition)!,
          ),
        );
        cluster.cutLog(topic, one.partition, Math.max(start!, end! - one.records));
      }
    }
  }

  async #upload({ stopAt, calls, resend }: Extract<Step, { do: 'upload' }>): Promise<void> {
    const { source, cluster } = this.flow;
    const stop = new AbortController();
    let reads = 0;
    const counted = faultySource(source, ({ method }) => {
      if (method === 'read' && ++reads === stopAt) stop.abort();
    });
    const life = new Life(calls);
    const kafka = mortalKafka(cluster.client(), life);
    const before = this.#sent();
    const up = await this.flow
      .up(
        { packBelow, resend, signal: stop.signal, bufferBytes: 2048, parallel: 1 },
        { source: counted, kafka },
      )
      .catch((error: unknown) => {
        if (!life.isOver) throw error;
      });
    // Whoever was stopped in good order has understood what was asked.
    if (resend && up !== undefined)
      for (const name of source.paths()) this.#resend.set(name, before.get(name) ?? 0);
  }

  /** The folder is another one, and empty; what came of it is as it was. */
  async #unmounted(): Promise<void> {
    const { source } = this.flow;
    const { root } = source;
    const aborts = async () =>
      (await this.flow.records()).filter(({ decoded }) => decoded?.kind === 'abort').length;
    const before = await aborts();
    source.root = 'the mount point';
    const empty: Source = {
      ...faultySource(source, () => {}),
      list: async function* () {},
      look: async () => undefined,
    };
    await this.flow.up({ packBelow }, { source: empty });
    source.root = root;
    assert.equal(await aborts(), before, 'what is half sent was given up while its disk was away');
  }

  /** Path -> how often it was sent. */
  #sent(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { path: name } of this.flow.told('sent')) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  }

  async settle(): Promise<void> {
    const { flow } = this;
    await flow.up({ packBelow });
    await flow.up({ packBelow });
    const sent = this.#sent();
    for (const [name, count] of this.#resend)
      if (flow.source.paths().includes(name))
        assert.ok((sent.get(name) ?? 0) > count, `${name} was to be sent anew, and was not`);
    const stateTopic = `${flow.topic}.state`;
    flow.cluster.compact(stateTopic);
    const remembered = (await flow.records(stateTopic)).flatMap((record) => {
      const state = decodeStateRecord(record);
      return state.kind === 'file' && state.state !== null ? [state.path] : [];
    });
    const onTopic = new Set(
      (await flow.records()).flatMap(({ decoded }) =>
        decoded?.kind === 'pack'
          ? decoded.files.map((file) => file.path)
          : decoded === undefined || isOfNames(decoded)
            ? []
            : [decoded.path],
      ),
    );
    const idle = remembered.filter((name) => !flow.source.paths().includes(name) && !onTopic.has(name));
    assert.deepEqual(idle, [], 'what neither the source nor the topic has is remembered');
  }
}

test('Whatever becomes of source and topics between its runs, an uploader sends all, and remembers what there is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16, size: 'max' }), async (steps) => {
      const run = new Run();
      for (const one of steps) await run.take(one);
      await run.settle();
      const { flow } = run;
      // What retention took of a standing file is sent no second time; what was cut off behind its back is.
      if (steps.some((one) => one.do === 'retention')) return;
      await flow.down();
      for (const name of flow.source.paths())
        assert.equal(
          md5(flow.disk.files.get(`shop/${name}`)?.bytes ?? Buffer.alloc(0)),
          md5(flow.source.bytes(name)),
          `${name} stands at the source, and is not on the topic`,
        );
    }),
    parameters({ numRuns: 60, seed: 72 }),
  );
});

test('Who is refused for how the topics are set has made none', async () => {
  const setting = fc.dictionary(
    fc.constantFrom('cleanup.policy', 'max.message.bytes', 'retention.ms'),
    fc.constantFrom('compact', 'delete', 'compact,delete', '1024', '2000', '100000', '-1'),
  );
  const config = fc.oneof(
    setting.map(({ 'cleanup.policy': policy, ...others }) => ({
      ...(/^[cd]/.test(policy ?? '') && { 'cleanup.policy': policy! }),
      ...Object.fromEntries(Object.entries(others).filter(([, value]) => /^\d/.test(value))),
    })),
  );
  await fc.assert(
    fc.asyncProperty(config, fc.boolean(), fc.boolean(), async (set, isFilesTopic, dryRun) => {
      const flow = new Flow();
      const kafka = flow.cluster.client();
      const name = isFilesTopic ? flow.topic : `${flow.topic}.state`;
      await kafka.createTopic({ name, partitions: 1, replicationFactor: 1, config: set });
      flow.source.write('a', noise(500));
      await flow.prepare(kafka);
      const before = await kafka.listTopics();
      // As brokers do; all records of files are without one.
      const isCompacted = (set['cleanup.policy'] ?? '').includes('compact') && isFilesTopic;
      const strict = faultyKafka(kafka, (to, { key }) => {
        if (isCompacted && to === flow.topic && (key ?? null) === null)
          throw new KafkaError('invalid', 'a compacted topic takes no record without a key');
      });
      const refused = await flow.up({ dryRun }, { kafka: strict }).then(
        ({ failed }) => failed > 0,
        () => true,
      );
      if (refused) assert.deepEqual(await flow.cluster.client().listTopics(), before, JSON.stringify(set));
    }),
    parameters({ numRuns: 60, seed: 73 }),
  );
});
