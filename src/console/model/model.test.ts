import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  filesGround,
  group,
  liveTopic,
  openModel,
  times,
  topic,
} from '../../../test/support/model-ground.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { encodeClaim } from '../../records/live-claim.ts';
import { encodeIndexEntry, type IndexedSegment } from '../../records/live-index.ts';
import type { ConsoleEvents } from '../contract.ts';
import { modelOf } from './model.ts';

test('Where there are no topics yet, sections are empty, and fill once there are', async (t) => {
  const cluster = createMemoryCluster();
  const model = openModel(t, cluster);
  await waitFor(() => model.cluster !== '');
  assert.deepEqual(model.sections(), { uploaders: [], downloaders: [], streams: [], topics: [] });
  assert.deepEqual(model.files({}), { files: [], total: 0 });
  assert.equal(model.trouble(), undefined);
  const ground = await filesGround(cluster);
  await ground.write('till', 'a', {});
  await waitFor(() => model.files({}).total === 1);
  await waitFor(() => model.sections().topics.some(({ id }) => id === 'files.reports'));
  const names = model.sections().topics.map(({ id }) => id);
  assert.deepEqual(names.toSorted(), ['files', 'files.reports', 'files.state']);
  // A topic that was made anew has none of the files of the former one.
  cluster.deleteTopic(topic);
  await ground.kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await waitFor(() => model.files({}).total === 0);
});

test('Uploaders: who runs, who has ended, who is silent, and what they tell', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  const model = openModel(t, cluster);
  await ground.lease('running', {});
  await ground.lease('ended', {});
  await ground.lease('ended', null);
  await ground.lease('silent', { lasts: 1 });
  await ground.write('running', 'a', {});
  await ground.write('running', 'b', { state: 'sending', acked: 4, digest: undefined });
  await ground.write('ended', 'a', { state: 'aborted', acked: 0, digest: undefined });
  await ground.write('ended', 'link', { kind: 'link', digest: undefined });
  const failures = [{ path: 'running/c', state: 'failed' as const, reason: 'it is locked', at: 9 }];
  const files = { done: 1, bytes: 10, rate: 5, open: 2, openBytes: 99, failed: 1, parked: 0 };
  await ground.report('uploader', { name: 'running', files, failures, waiting: 'no room' });
  const rows = () => new Map(model.sections().uploaders.map((row) => [row.id, row]));
  await waitFor(() => rows().get('running')?.backlogBytes === 99 && rows().get('silent')?.state === 'silent');
  const { seen, ...row } = rows().get('running')!;
  assert.ok((seen ?? 0) > 0);
  assert.deepEqual(row, {
    ...{ id: 'running', state: 'running', sentFiles: 1, sentBytes: 10, sendingFiles: 1 },
    ...{ version: '9.9.9', waiting: 'no room', failedFiles: 1, backlogFiles: 2, backlogBytes: 99, rate: 5 },
  });
  assert.equal(rows().get('ended')?.state, 'ended');
  assert.deepEqual(
    model.files({}).files.map(({ id, state, done }) => [id, state, done]),
    [
      ['ended/a', 'removed', 10],
      ['running/b', 'sending', 4],
      ['running/a', 'sent', 10],
    ],
  );
  const failed = model.files({ state: 'failed' });
  assert.deepEqual(
    [failed.total, failed.files[0]?.id, failed.files[0]?.reason],
    [1, 'running/c', 'it is locked'],
  );
  assert.equal(model.files({ search: 'running/' }).total, 2);
  assert.equal(model.files({ state: 'sent', uploader: 'running' }).total, 1);
  assert.equal(model.totals().failedFiles, 1);
});

test('Downloaders: how far behind they are, and when files have arrived at all of them', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  const producer = ground.kafka.producer();
  for (const size of [100, 100, 100]) await producer.append(topic, 0, { value: Buffer.alloc(size) });
  const positions = (offset: number) => new Map([[0, { offset, metadata: ground.id }]]);
  await ground.kafka.commit(group, topic, positions(1));
  await ground.kafka.commit(
    'sluice-other-0123456789abcdef',
    topic,
    new Map([[0, { offset: 3, metadata: 'x' }]]),
  );
  await ground.write('till', 'first', { first: 0, last: 0 });
  await ground.write('till', 'last', { first: 2, last: 2 });
  const model = openModel(t, cluster);
  await waitFor(() => model.sections().downloaders[0]?.lagSeconds !== undefined);
  const [row, ...others] = model.sections().downloaders;
  assert.deepEqual(others, [], 'what was committed of another topic of this name says nothing');
  const { lagSeconds, overtakenIn, ...rest } = row!;
  assert.ok(lagSeconds !== undefined && lagSeconds >= 0 && lagSeconds < 60);
  assert.ok(overtakenIn !== undefined && overtakenIn > 600_000 && overtakenIn <= 604_800);
  assert.deepEqual(rest, { id: group, name: 'office', state: 'silent', lagRecords: 2, lagBytes: 200 });
  const states = () => model.files({}).files.map(({ path, state }) => [path, state]);
  await waitFor(() => model.files({ state: 'arrived' }).total === 1);
  assert.deepEqual(states(), [
    ['last', 'sent'],
    ['first', 'arrived'],
  ]);
  const told: ConsoleEvents['files'][] = [];
  model.watch((event, data) => event === 'files' && told.push(data as ConsoleEvents['files']));
  await ground.kafka.commit(group, topic, positions(3));
  await waitFor(() =>
    told.some(({ files }) => files.some((one) => one.path === 'last' && one.state === 'arrived')),
  );
  assert.equal(model.sections().downloaders[0]?.state, 'running', 'it has just committed');
  const failures = [{ path: 'till/last', state: 'parked' as const, reason: 'a folder is there', at: 9 }];
  const files = { done: 1, bytes: 10, failed: 0, parked: 1, rate: 0 };
  await ground.report('downloader', { name: group, files, failures });
  await waitFor(() => model.files({ state: 'parked' }).total === 1);
  assert.equal(model.sections().downloaders[0]?.parkedFiles, 1);
  const history = await model.fileHistory('till', 'last');
  assert.deepEqual(history.map(({ what, where }) => [what, where]).toSorted(), [
    ['arrived', group],
    ['parked', group],
    ['sent', undefined],
  ]);
  assert.equal(history.find(({ what }) => what === 'sent')?.isKept, true);
  cluster.deleteRecords(topic, 0, 3);
  await ground.kafka.commit(group, topic, positions(1));
  await waitFor(() => model.sections().downloaders[0]?.lostRecords === 2);
  const gone = await model.fileHistory('till', 'last');
  assert.equal(gone.find(({ what }) => what === 'sent')?.isKept, false);
});

test('Streams: what is live, how late, who watches and what is wrong', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster, liveTopic);
  const { kafka } = ground;
  for (const name of ['live.index', 'live.streams'])
    await kafka.createTopic({ name, partitions: 1, replicationFactor: 1 });
  const producer = kafka.producer();
  const began = Date.now() - 5000;
  const targets = { part: 200_000, segment: 2_000_000 };
  const numbers = { epoch: 3, media: 1, discontinuities: 1, offset: 0, partition: 0 };
  const claim = { owner: 'me', host: 'studio', lasts: 60_000, began, targets, ...numbers };
  await producer.append('live.streams', 0, encodeClaim({ stream: 'cam', state: 'live', ...claim }));
  await producer.append('live.streams', 0, encodeClaim({ stream: 'over', state: 'ended', ...claim }));
  const dead = { ...claim, lasts: 1, began: 1 };
  await producer.append('live.streams', 0, encodeClaim({ stream: 'dead', state: 'live', ...dead }));
  const segment: Omit<IndexedSegment, 'stream'> = {
    kind: 'segment',
    ...{ epoch: 3, media: 1, discontinuities: 1, discontinuity: false, gap: false },
    ...{ captured: (Date.now() - 3000) * 1000, timescale: 1000, time: 0, duration: 2000, ordinal: 0 },
    ...{ parts: 10, first: 0, next: 10, sizes: { '720p': 200_000, '360p': 50_000 } },
  };
  await producer.append('live.index', 0, encodeIndexEntry({ stream: 'cam', ...segment }));
  const model = openModel(t, cluster);
  const row = (id: string) => model.sections().streams.find((one) => one.id === id);
  await waitFor(() => row('cam')?.bitRate !== undefined && row('dead') !== undefined);
  assert.deepEqual([row('over')?.state, row('dead')?.state, row('cam')?.state], ['ended', 'ended', 'live']);
  assert.match(row('dead')?.faults[0] ?? '', /no sign of life/);
  assert.deepEqual([row('cam')?.bitRate, row('cam')?.renditions], [1_000_000, ['720p', '360p']]);
  const latency = row('cam')?.latency ?? 0;
  assert.ok(latency >= 0.5 && latency < 30, String(latency));
  assert.equal(row('cam')?.viewers, undefined, 'nobody knows');
  const told = { bitRate: 5, restarts: 2, gaps: 0, faults: ['the sender is slow'] };
  await ground.report('publisher', { name: 'cam', host: 'studio', streams: { cam: told } });
  await ground.report('server', {
    name: 'web:8080',
    url: 'http://web:8080',
    streams: { cam: { viewers: 4 } },
  });
  await waitFor(() => row('cam')?.viewers === 4 && row('cam')?.restarts === 2);
  assert.deepEqual(row('cam')?.faults, ['the sender is slow']);
  assert.equal(row('cam')?.watch, 'http://web:8080/?stream=cam');
  assert.deepEqual([model.totals().liveStreams, model.totals().viewers], [1, 4]);
});

test('However often something changes, it is told once in a while', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  const model = modelOf(cluster.client(), { topic, liveTopic, times: { ...times, tell: 200 } });
  t.after(() => model.close());
  await waitFor(() => model.sections().topics.length > 0);
  let events = 0;
  let more = false;
  const stop = model.watch((event, data) => {
    if (event === 'point') return;
    events += 1;
    if ('more' in data && data.more) more = true;
  });
  const began = performance.now();
  const writes = Array.from({ length: 1000 }, (_, index) => ground.write('till', `f${index}`, {}));
  await Promise.all(writes);
  await waitFor(() => model.files({}).total === 1000 && more);
  const rounds = (performance.now() - began) / 200;
  assert.ok(events <= 2 * (rounds + 2), `${events} events in ${rounds} rounds`);
  assert.ok(model.history().at.length > 0);
  stop();
  events = 0;
  await ground.write('till', 'more', {});
  await waitFor(() => model.files({}).total === 1001);
  assert.equal(events, 0);
});

test('A model may be closed while Kafka is away, and goes on when it is back', async (t) => {
  const cluster = createMemoryCluster();
  const ground = await filesGround(cluster);
  const model = openModel(t, cluster);
  await ground.write('till', 'a', {});
  await waitFor(() => model.files({}).total === 1);
  cluster.stop();
  assert.equal(model.files({}).total, 1, 'what was known is known');
  cluster.start();
  await ground.write('till', 'b', {});
  await waitFor(() => model.files({}).total === 2);
  cluster.stop();
  await model.close();
  await model.close();
});
