import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  expectStream,
  initOf,
  partOf,
  partsASegment,
  segmentsOf,
} from '../../../test/support/live-stream.ts';
import { begin, parts, standing } from '../../../test/support/publisher.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { ConfigurationError } from '../../errors.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';

test('A programme from its first part to its end', async () => {
  const cluster = createMemoryCluster();
  const renditions = ['720p', '360p'];
  const one = begin(cluster, {}, { renditions });
  const run = await one.run(0);
  run.give(...renditions.map(initOf), ...parts(0, 25, renditions));
  run.end();
  const summary = await one.done;
  assert.deepEqual([summary.segments, summary.parts, summary.gaps, summary.interrupted], [3, 50, 0, false]);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2]);
  assert.equal(found.media.filter(({ record }) => record.kind === 'init').length, 6);
  assert.equal(found.media.at(-1)?.record.kind, 'end');
  assert.deepEqual(
    found.index.map(({ kind, media }) => [kind, media]),
    [
      ['segment', 0],
      ['segment', 1],
      ['segment', 2],
      ['end', 3],
    ],
  );
  const last = found.claims.at(-1);
  assert.deepEqual([last?.state, last?.media, last?.discontinuities], ['ended', 3, 0]);
  assert.ok(found.media.every(({ record }) => record.discontinuities === 0));
});

test('A signal ends the programme in good order, and leaves it open where that is asked for', async () => {
  for (const keepLive of [false, true]) {
    const cluster = createMemoryCluster();
    const one = begin(cluster, { keepLive });
    (await one.run(0)).give(initOf('main'), ...parts(0, 12));
    await waitFor(() => one.of('segment').length === 1);
    one.stop.abort();
    assert.equal((await one.done).interrupted, true);
    const found = await standing(cluster);
    expectStream(found);
    assert.equal(
      found.media.some(({ record }) => record.kind === 'end'),
      !keepLive,
    );
    assert.equal(found.claims.at(-1)?.state, keepLive ? 'live' : 'ended');
    assert.deepEqual(
      found.index.filter(({ kind }) => kind === 'segment').map(({ media }) => media),
      [0, 1],
    );
    // The next one begins at once: nothing has to run out.
    const two = begin(cluster);
    (await two.run(0)).give(initOf('main'), ...parts(0, 3));
    (await two.run(0)).end();
    await two.done;
    const after = await standing(cluster);
    expectStream(after);
    assert.deepEqual(segmentsOf(after.media), [0, 1, 2]);
    assert.equal(two.of('waiting').length, 0);
    const third = after.media.filter(({ record }) => record.kind === 'part' && record.media === 2);
    assert.ok(third.every(({ record }) => record.kind === 'part' && record.discontinuity));
    assert.ok(third.every(({ record }) => record.discontinuities === 1 && record.epoch === 2));
  }
});

test('A failed encoder begins anew: a new epoch, one discontinuity', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster);
  (await one.run(0)).give(initOf('main'), ...parts(0, 13));
  (await one.run(0)).end(new Error('FFmpeg died'));
  // A run without a part is no segment, and no discontinuity.
  (await one.run(1)).end(new Error('FFmpeg died again'));
  (await one.run(2)).give(initOf('main'), ...parts(0, 12));
  (await one.run(2)).end();
  const summary = await one.done;
  assert.equal(summary.restarts, 2);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2, 3]);
  const first = found.media.find(({ record }) => record.kind === 'part' && record.media === 2);
  assert.deepEqual([first?.record.epoch, first?.record.discontinuities], [3, 1]);
  assert.deepEqual(
    found.index.map((entry) => entry.kind === 'segment' && entry.discontinuity),
    [false, false, true, false, false],
  );
  assert.match(one.of('encoder-restarted')[0]?.message ?? '', /FFmpeg died/);
});

test('A run that another follows at once is gone on with by that, behind its last picture, and nobody is waited for', async () => {
  const cluster = createMemoryCluster();
  const one = begin(
    cluster,
    {},
    { canReturn: true, isFollowed: () => true, returns: () => Promise.reject(new Error('nobody')) },
  );
  const first = await one.run(0);
  assert.equal(first.behind, undefined);
  first.give(initOf('main'), ...parts(0, 13));
  first.end(new Error('cut'));
  // Of a run that gives nothing nothing is known.
  (await one.run(1)).end(new Error('cut again'));
  const last = await one.run(2);
  assert.equal(last.behind, 1_002_600_000);
  last.give(initOf('main'), ...parts(20, 25));
  last.end();
  await one.done;
  assert.equal(one.of('waiting').length, 0);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2]);
});

test('A run that gave nothing holds up nobody who has pictures already, nor is it remembered once another gave some', async (t) => {
  const cluster = createMemoryCluster();
  let isWarm = false;
  const one = begin(cluster, {}, { canReturn: true, isWarm: () => isWarm, returns: async () => true });
  t.after(() => one.stop.abort());
  const waits = () => one.of('encoder-restarted').map(({ after }) => after);
  (await one.run(0)).end(new Error('nothing came'));
  const second = await one.run(1);
  second.give(initOf('main'), ...parts(0, 3));
  second.end(new Error('cut'));
  (await one.run(2)).end(new Error('nothing came'));
  await waitFor(() => waits().length === 2);
  assert.ok(
    waits().every((after) => after <= 0.25),
    waits().join(),
  );
  isWarm = true;
  (await one.run(3)).end(new Error('nothing came'));
  (await one.run(4)).end();
  await one.done;
  assert.equal(waits().length, 2);
});

test('Where the encoder suddenly gives what does not go on, it begins anew: the programme does not end', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster);
  const run = await one.run(0);
  run.give(initOf('main'), ...parts(0, 12));
  // A sender whose clock leaps, or who forgets its keyframes.
  run.give(...parts(12, 40).map((part) => ({ ...part, keyframe: false })));
  (await one.run(1)).give(initOf('main'), ...parts(0, 3));
  (await one.run(1)).end();
  assert.equal((await one.done).restarts, 1);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2]);
  assert.match(one.of('encoder-restarted')[0]?.message ?? '', /no keyframe for 2\.6 s/);
});

test('What can never work is not tried again', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster);
  (await one.run(0)).end(new ConfigurationError('film.mp4: no such file'));
  await assert.rejects(one.done, /no such file/);
  assert.equal(one.source.runs.length, 1);
  // A name that was claimed in vain is free again.
  const two = begin(cluster, {}, { canReturn: true });
  (await two.run(0)).end(new Error('nobody sends yet'));
  (await two.run(1)).give(initOf('main'), ...parts(0, 2));
  (await two.run(1)).end();
  await two.done;
  expectStream(await standing(cluster));
});

test('A file that fails twice at the same place ends the publisher with the reason; what is live goes on', async () => {
  const cluster = createMemoryCluster();
  const file = begin(cluster, {}, { isRepeated: true });
  for (const number of [0, 1]) {
    const run = await file.run(number);
    run.give(initOf('main'), ...parts(0, 12));
    run.end(new Error('the file is damaged'));
  }
  await assert.rejects(file.done, /the file is damaged/);
  assert.equal(file.of('encoder-restarted').length, 1);
  assert.match(file.of('warning')[0]?.message ?? '', /failed at 2\.4 s as it did before/);
  assert.equal(file.source.runs.length, 2);
  const live = begin(cluster);
  for (const number of [0, 1, 2]) {
    const run = await live.run(number);
    run.give(initOf('main'), ...parts(0, 12));
    run.end(number === 2 ? undefined : new Error('the sender has gone'));
  }
  assert.equal((await live.done).restarts, 2);
});

test('While Kafka is away nothing is lost, and order stays', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster, { leaseDuration: 100 });
  const run = await one.run(0);
  run.give(initOf('main'), ...parts(0, 5));
  await waitFor(async () => (await standing(cluster)).media.length === 6);
  cluster.stop();
  run.give(...parts(5, 40));
  const before = performance.now();
  await waitFor(() => performance.now() - before > 250, { what: 'the claim to run out' });
  // Anew while Kafka is away: the next epoch waits for its claim.
  run.end(new Error('FFmpeg died'));
  (await one.run(1)).give(initOf('main'), ...parts(0, 15));
  // The input ends before Kafka is back: what waits is not indexed as if it were all.
  (await one.run(1)).end();
  cluster.start();
  const summary = await one.done;
  assert.deepEqual([summary.parts, summary.segments, summary.gaps], [55, 6, 0]);
  const found = await standing(cluster);
  expectStream(found);
  assert.deepEqual(segmentsOf(found.media), [0, 1, 2, 3, 4, 5]);
});

test('An input that can wait is not kept waiting for ever where nothing may be spooled', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster, { spoolBytes: 0 }, { canWait: true });
  (await one.run(0)).give(initOf('main'), ...parts(0, 5));
  (await one.run(0)).end();
  assert.equal((await one.done).parts, 5);
});

test('Past the bound whole segments become gaps, and ordinals stay without holes', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster, { spoolBytes: 40_000 });
  const run = await one.run(0);
  const big = (from: number, to: number) =>
    parts(from, to).map((part) => ({ ...part, bytes: Buffer.alloc(1000) }));
  run.give(initOf('main'), ...big(0, 5));
  await waitFor(async () => (await standing(cluster)).media.length === 6);
  // Stopped for the producer alone: what is in flight stays so.
  cluster.stop();
  run.give(partOf('main', 5, { bytes: Buffer.alloc(5_000_000) }), ...big(6, 100));
  await waitFor(() => one.of('gap').length >= 4);
  cluster.start();
  run.end();
  const summary = await one.done;
  const found = await standing(cluster).catch((error: unknown) => assert.fail(String(error)));
  expectStream(found);
  assert.deepEqual(
    segmentsOf(found.media),
    Array.from({ length: 10 }, (_, number) => number),
  );
  const gaps = found.media.filter(({ record }) => record.kind === 'gap').map(({ record }) => record.media);
  assert.deepEqual(
    gaps,
    one.of('gap').map(({ media }) => media),
  );
  assert.equal(summary.gaps, gaps.length);
  assert.deepEqual(
    found.index.filter((entry) => entry.kind === 'segment' && entry.gap).map(({ media }) => media),
    gaps,
  );
});

test('Other targets make another programme of what was left open', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster, { keepLive: true });
  (await one.run(0)).give(initOf('main'), ...parts(0, partsASegment));
  (await one.run(0)).end();
  await one.done;
  const two = begin(cluster, {}, { targets: { part: 400_000, segment: 2_000_000 } });
  (await two.run(0)).give(initOf('main'), ...parts(0, 3));
  (await two.run(0)).end();
  await two.done;
  const found = await standing(cluster);
  expectStream(found);
  const kinds = found.media.map(({ record }) => `${record.kind} ${record.epoch} ${record.media}`);
  assert.equal(kinds[11], 'end 2 1');
  assert.equal(kinds[12], 'init 3 1');
});

test('A part that the topic does not take ends the run with what to do, and the stream is free again', async () => {
  const cluster = createMemoryCluster();
  const one = begin(cluster);
  (await one.run(0)).give(initOf('main'), ...parts(0, 3));
  await waitFor(async () => (await standing(cluster)).media.length === 4);
  cluster.configure('live', { 'max.message.bytes': '5000' });
  (await one.run(0)).give(partOf('main', 3, { bytes: Buffer.alloc(20_000) }));
  await assert.rejects(one.done, (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /a part of rendition main has 20000 bytes, .*max\.message\.bytes.*bit rate/);
    return true;
  });
  assert.equal((await standing(cluster)).claims.at(-1)?.lasts, 1);
  const two = begin(cluster);
  (await two.run(0)).give(initOf('main'), ...parts(0, 3));
  (await two.run(0)).end();
  await two.done;
  assert.equal(two.of('waiting').length, 0);
  assert.deepEqual(segmentsOf((await standing(cluster)).media), [0, 1]);
});
