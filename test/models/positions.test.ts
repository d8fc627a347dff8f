/**
 * Where a downloader goes on, whatever became of its topic and of what the cluster keeps for it: what was sent since it began is at the
 * sink, or it has said that something is lost; and as long as it runs, the cluster does not forget it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitAllEvery, SafeOffsets } from '../../src/files/run/safe-offsets.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import fc from '../support/properties.ts';
import { parameters } from './parameters.ts';

type Step =
  | { readonly do: 'upload'; readonly path: string; readonly size: number }
  | { readonly do: 'download'; readonly fromOffset: 'beginning' | 'end' }
  /** The cluster forgets what was committed, as it does of groups that are away for a week. */
  | { readonly do: 'forget' }
  /** The log loses its last records, and nobody reads it before others stand in their place. */
  | { readonly do: 'cut'; readonly partition: number; readonly records: number }
  | { readonly do: 'add a partition' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      path: fc.constantFrom('a', 'b', 'c', 'dir/d', 'dir/e'),
      size: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 700, max: 4000 })),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('download' as const),
      fromOffset: fc.constantFrom('beginning' as const, 'end' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'forget' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      partition: fc.nat({ max: 1 }),
      records: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'add a partition' as const }) },
);

const upload = { packBelow: 300 };

async function play(steps: readonly Step[]): Promise<void> {
  const flow = new Flow({ partitions: 2 });
  const { cluster, topic, source } = flow;
  await flow.prepare(cluster.client());
  /** Paths that were sent since the downloader has a past. */
  const owed = new Set<string>();
  let hasPast = false;
  let last: 'beginning' | 'end' = 'beginning';
  for (const one of steps) {
    if (one.do === 'upload') {
      source.write(one.path, noise(one.size));
      await flow.up(upload);
      if (hasPast) owed.add(one.path);
    }
    if (one.do === 'download') {
      last = one.fromOffset;
      await flow.down({ fromOffset: last });
      if (!hasPast && last === 'beginning') for (const path of source.paths()) owed.add(path);
      hasPast = true;
    }
    if (one.do === 'forget') cluster.forgetPositions(`sluice-office-${flow.disk.id}`);
    if (one.do === 'add a partition') cluster.addPartitions(topic, 1);
    if (one.do === 'cut') {
      const end = (await cluster.client().offsets(topic, 'latest')).get(one.partition)!;
      cluster.cutLog(topic, one.partition, Math.max(0, end - one.records));
      if (hasPast) await flow.down({ fromOffset: last });
      // It sends again what is lost, behind or below what had been read.
      await flow.up(upload);
    }
  }
  if (!hasPast) return;
  await flow.up(upload);
  await flow.down({ fromOffset: last });
  for (const path of owed)
    assert.equal(
      md5(flow.disk.files.get(`shop/${path}`)?.bytes ?? Buffer.from('missing')),
      md5(source.bytes(path)),
      `${path} was sent since it began to read, and is not there`,
    );
}

test('Wherever a downloader goes on, what was sent since it began is there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14, size: 'max' }), play),
    parameters({ numRuns: 60, seed: 101 }),
  );
});

test('As long as a downloader runs, every position is told to the cluster now and again, whether it moves or not', () => {
  const event = fc.record({
    /** Seconds. */
    wait: fc.integer({ min: 1, max: 4000 }),
    partition: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
      let now = 0;
      const from = new Map([0, 1, 2].map((partition) => [partition, { began: 0, safe: 0 }]));
      const read = { id: 'id', name: 'T', cluster: 'c' };
      const offsets = new SafeOffsets('office', read, from, () => now);
      const told = new Map([0, 1, 2].map((partition) => [partition, 0]));
      const next = [0, 0, 0];
      for (const { wait, partition } of events) {
        now += wait * 1000;
        if (partition !== undefined) {
          next[partition]! += 1;
          const batch = {
            partition,
            records: [],
            epochs: [],
            logStartOffset: 0,
            nextOffset: next[partition]!,
          };
          offsets.begin(batch as never)();
        }
        const taken = offsets.take();
        for (const one of taken.forKafka.keys()) told.set(one, now);
        offsets.committed(taken);
        for (const [one, at] of told)
          assert.ok(now - at <= 2 * commitAllEvery + 4_000_000, `${one} was told last ${now - at} ms ago`);
      }
    }),
    parameters({ numRuns: 200, seed: 102 }),
  );
});
