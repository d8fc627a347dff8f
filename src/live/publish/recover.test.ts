import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyKafka } from '../../../test/support/faulty-kafka.ts';
import { Life, mortalKafka } from '../../../test/support/killable.ts';
import {
  expectStream,
  initOf,
  manualSource,
  partOf,
  segmentsOf,
  standingStream,
} from '../../../test/support/live-stream.ts';
import { clockedCluster, mirror } from '../../../test/support/mirror.ts';
import { waitFor } from '../../../test/support/wait.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { createMemoryCluster, type MemoryCluster } from '../../kafka/memory.ts';
import { statePartition } from '../../records/state-record.ts';
import { openLiveTopics } from '../topics.ts';
import { publishFrom } from './publish-run.ts';

const stream = 'cam';

/** Publishes so many parts until the input's end, by a client that lives for so many appends. */
async function publish(cluster: MemoryCluster, count: number, life = new Life(Number.POSITIVE_INFINITY)) {
  const source = manualSource({ canReturn: false });
  const kafka = mortalKafka(cluster.client(), life);
  const done = publishFrom(kafka, source, { stream, keepLive: true, leaseDuration: 50 });
  let isOver = false;
  const failed = done.then(
    () => false,
    () => {
      isOver = true;
      return true;
    },
  );
  const run = await waitFor(() => source.runs[0] ?? isOver);
  if (run !== true) {
    const parts = Array.from({ length: count }, (_, index) => partOf('main', index));
    run.give(initOf('main'), ...parts);
    run.end();
  }
  return failed;
}

const standing = (cluster: MemoryCluster) => standingStream(cluster.client(), 'live', stream);

test('However early a publisher dies, the next one goes on without a hole, and indexes what was left', async () => {
  // Claims, 3 inits and 25 parts, the index: it dies before, between and behind all of them.
  for (let appends = 1; appends <= 36; appends += 1) {
    const cluster = createMemoryCluster();
    const life = new Life(appends);
    await publish(cluster, 25, life);
    const before = await standing(cluster).catch(() => undefined);
    assert.equal(await publish(cluster, 12), false, `after ${appends} appends`);
    const found = await standing(cluster);
    expectStream(found);
    assert.deepEqual(found.media.slice(0, before?.media.length ?? 0), before?.media ?? []);
    const segments = segmentsOf(found.media);
    assert.deepEqual(
      segments,
      segments.map((_, index) => index),
    );
    assert.deepEqual(
      found.index.map(({ media }) => media),
      segments,
      `index after ${appends} appends`,
    );
    const discontinuities = found.index.filter((entry) => entry.kind === 'segment' && entry.discontinuity);
    assert.equal(discontinuities.length, before?.media.some(({ record }) => record.kind === 'part') ? 1 : 0);
  }
});

/** A copy of the live topics on another cluster, whose partitions hold so many other records before. */
async function copied(source: MemoryCluster, filler: number): Promise<MemoryCluster> {
  const target = clockedCluster();
  await openLiveTopics(target.kafka, 'live', { partitions: 4, replicationFactor: 1 });
  await fill(target.kafka, filler);
  await mirror(source.client(), target, ['live', 'live.index', 'live.streams']);
  return target.cluster;
}

async function fill(kafka: Kafka, count: number): Promise<void> {
  const producer = kafka.producer();
  for (let record = 0; record < count; record += 1) {
    const [partition, value] = [statePartition(stream, 4), Buffer.from('filler')];
    await producer.append('live', partition, { key: Buffer.from('other'), value });
  }
}

for (const [what, before, filler] of [
  ['greater than here', 40, 0],
  ['a little greater than here', 4, 0],
  ['smaller than here', 0, 40],
  ['a little smaller than here', 0, 4],
] as const) {
  test(`A publisher goes on on another cluster, where offsets of claims and index are ${what}`, async () => {
    for (let appends = 1; appends <= 36; appends += 1) {
      const first = createMemoryCluster();
      await openLiveTopics(first.client(), 'live', { partitions: 4, replicationFactor: 1 });
      await fill(first.client(), before);
      await publish(first, 25, new Life(appends));
      first.deleteRecords('live', statePartition(stream, 4), before);
      const second = await copied(first, filler);
      const old = await standing(second);
      assert.equal(await publish(second, 12), false, `after ${appends} appends`);
      const found = await standing(second);
      const shift = filler - before;
      // What was copied of the index tells offsets of the first cluster.
      const index = found.index.map((entry, at) =>
        entry.kind === 'segment' && at < old.index.length
          ? { ...entry, first: entry.first + shift, next: entry.next + shift }
          : entry,
      );
      expectStream({ ...found, index });
      assert.deepEqual(found.media.slice(0, old.media.length), old.media);
      const segments = segmentsOf(found.media);
      assert.deepEqual(
        segments,
        segments.map((_, index) => index),
        `after ${appends} appends`,
      );
      assert.deepEqual(
        found.index.map(({ media }) => media),
        segments,
        `index after ${appends} appends`,
      );
    }
  });
}

test('A successor that dies at its beginning leaves no discontinuity that nobody saw', async () => {
  for (let appends = 1; appends <= 8; appends += 1) {
    const cluster = createMemoryCluster();
    await publish(cluster, 12);
    await publish(cluster, 12, new Life(appends));
    await publish(cluster, 3);
    const found = await standing(cluster);
    expectStream(found);
    const seen = found.index.filter((entry) => entry.kind === 'segment' && entry.discontinuity);
    assert.equal(found.media.at(-1)?.record.discontinuities, seen.length, `after ${appends} appends`);
  }
});

test('What an earlier publisher owed the index is not forgotten by a successor that could not write it', async () => {
  const cluster = createMemoryCluster();
  // Two segments stand on the topic, and nothing in the index.
  await publish(cluster, 25, new Life(20));
  const life = new Life(Number.POSITIVE_INFINITY);
  const index = Promise.withResolvers<void>();
  const mute = faultyKafka(cluster.client(), (topic) => (topic === 'live.index' ? index.promise : undefined));
  const source = manualSource();
  const done = publishFrom(mortalKafka(mute, life), source, { stream, leaseDuration: 50 });
  done.catch(() => {});
  const run = await waitFor(() => source.runs[0]);
  run.give(initOf('main'), partOf('main', 0));
  await waitFor(async () => (await standing(cluster)).media.some(({ record }) => record.epoch === 2));
  // Claims are renewed meanwhile.
  const { claims } = await standing(cluster);
  await waitFor(async () => (await standing(cluster)).claims.length > claims.length + 1);
  life.end();
  index.reject(new Error('the process was killed'));
  await assert.rejects(done);
  assert.equal(await publish(cluster, 3), false);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(
    found.index.map(({ media }) => media),
    segmentsOf(found.media),
  );
});

test('Where the claims were lost, the index and the topic tell how numbers go on', async () => {
  const cluster = createMemoryCluster();
  await publish(cluster, 25);
  cluster.deleteTopic('live.streams');
  await publish(cluster, 5);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2, 3]);
  assert.equal(found.media.at(-1)?.record.epoch, 2);
  // Neither claims nor index: the topic alone.
  cluster.deleteTopic('live.streams');
  cluster.deleteTopic('live.index');
  await publish(cluster, 5);
  const after = await standing(cluster);
  assert.deepEqual(segmentsOf(after.media), [0, 1, 2, 3, 4]);
  assert.deepEqual(
    after.index.map(({ media }) => media),
    [0, 1, 2, 3, 4],
  );
});

test('What retention has removed is not missed: numbers go on', async () => {
  const cluster = createMemoryCluster();
  await publish(cluster, 25);
  const { media, index } = await standing(cluster);
  const partition = media[0]?.partition ?? 0;
  cluster.deleteRecords('live', partition, media.length);
  cluster.deleteRecords('live.index', partition, index.length);
  await publish(cluster, 5);
  const found = await standing(cluster);
  assert.deepEqual(segmentsOf(found.media), [3]);
  assert.deepEqual([found.media[0]?.record.epoch, found.media[0]?.record.discontinuities], [2, 1]);
});
