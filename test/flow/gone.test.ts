/** Files that are gone from the source: what is given up, what is forgotten, and when their absence proves nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeStateRecord, type StateRecord } from '../../src/records/state-record.ts';
import { faultySource } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { copied, list } from '../support/look.ts';

const stateTopic = 'files.state';

/** What stands on the state topic once it is compacted. */
async function remembered(flow: Flow): Promise<StateRecord[]> {
  flow.cluster.compact(stateTopic);
  return (await flow.records(stateTopic)).map((record) => decodeStateRecord(record));
}

async function rememberedPaths(flow: Flow): Promise<string[]> {
  const records = await remembered(flow);
  return records
    .flatMap((record) => (record.kind === 'file' && record.state !== null ? [record.path] : []))
    .sort();
}

/** Retention takes all that stands on the topic now. */
async function takeAll(flow: Flow): Promise<void> {
  const ends = await flow.cluster.client().offsets(flow.topic, 'latest');
  for (const [partition, end] of ends) flow.cluster.deleteRecords(flow.topic, partition, end);
}

test('What neither the source nor the topic has is forgotten; what either has is not', async () => {
  const flow = new Flow();
  for (const path of ['gone', 'standing', 'pack/gone'])
    flow.source.write(path, noise(path.startsWith('pack') ? 20 : 2000));
  await flow.up({ packBelow: 100 });
  await takeAll(flow);
  flow.source.write('later', noise(2000));
  await flow.up({ packBelow: 100 });
  for (const path of ['gone', 'pack/gone', 'later']) flow.source.remove(path);
  const up = await flow.up();
  assert.deepEqual([up.files, up.unchanged], [0, 1]);
  assert.deepEqual(await rememberedPaths(flow), ['later', 'standing']);
  // What was forgotten is no longer told: whoever lost it can not be told its name.
  const origins = (await remembered(flow)).flatMap((record) =>
    record.kind === 'origin' ? [record.origin] : [],
  );
  assert.ok(origins.some((origin) => origin?.ends.some((end) => end > 0)));
});

test('A path that was forgotten comes again with a greater id, though the clock is a month behind', async (t) => {
  const flow = new Flow();
  flow.source.write('a', noise(2000));
  await flow.up();
  await flow.down();
  await takeAll(flow);
  flow.source.remove('a');
  await flow.up();
  assert.deepEqual(await rememberedPaths(flow), []);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() - 30 * 86_400_000 });
  flow.source.write('a', noise(1500));
  await flow.up();
  const [first, second] = flow.told('sent');
  assert.ok(second!.upload > first!.upload);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

/** A flow whose uploader was stopped within the file `half`, after `whole`. */
async function halfSent(): Promise<Flow> {
  const flow = new Flow();
  flow.source.write('whole', noise(500));
  await flow.up();
  flow.source.write('half', noise(50_000));
  const stop = new AbortController();
  const source = faultySource(flow.source, ({ method, position = 0 }) => {
    if (method === 'read' && position > 20_000) stop.abort();
  });
  await flow.up({ signal: stop.signal, bufferBytes: 4096 }, { source });
  return flow;
}

test('A half-sent file that is gone is given up', async () => {
  const flow = await halfSent();
  flow.source.remove('half');
  await flow.up();
  await flow.down();
  assert.deepEqual(
    flow.told('aborted').map(({ path }) => path),
    ['half'],
  );
});

test('Where the disk is not mounted, nothing is given up or forgotten, and that is said', async () => {
  for (const prepare of [async () => {}, takeAll]) {
    const flow = await halfSent();
    await prepare(flow);
    const { root } = flow.source;
    flow.source.root = 'the mount point';
    const files = flow.source.paths().map((path) => [path, flow.source.bytes(path)] as const);
    const hidden = faultySource(flow.source, () => {});
    const empty = { ...hidden, list: async function* () {}, look: async () => undefined };
    for (let run = 0; run < 2; run++) await flow.up({}, { source: empty });
    assert.match(flow.told('warning')[0]!.message, /another folder .* mount it/);
    assert.deepEqual(await rememberedPaths(flow), ['half', 'whole']);
    flow.source.root = root;
    assert.deepEqual(
      flow.source.paths(),
      files.map(([path]) => path),
    );
    const up = await flow.up();
    assert.equal(up.unchanged, 1);
    assert.equal(flow.told('sent').at(-1)!.path, 'half');
    if (prepare === takeAll) continue;
    assert.ok(flow.told('sent').at(-1)!.resumedFrom > 0, 'it goes on where it was');
    await flow.down();
    assert.deepEqual(flow.told('aborted'), []);
  }
});

test('Files that were moved to another folder with their inodes and times are known there, and the folder with them', async () => {
  const flow = await halfSent();
  flow.source.root = 'another folder';
  flow.source.remove('half');
  await flow.up();
  assert.deepEqual(flow.told('warning'), []);
  await flow.down();
  assert.deepEqual(
    flow.told('aborted').map(({ path }) => path),
    ['half'],
  );
  const marks = (await remembered(flow)).flatMap((record) =>
    record.kind === 'ready' ? [record.ready?.root] : [],
  );
  assert.deepEqual(marks, ['another folder']);
});

test('--resend forgets nothing that the topic holds, where nothing has told of it', async () => {
  for (const lose of [
    async (flow: Flow) => {
      flow.cluster.deleteTopic(stateTopic);
      return flow;
    },
    copied,
  ]) {
    const first = new Flow();
    for (const path of ['gone', 'packed', 'standing']) first.source.write(path, noise(900));
    await first.up({ packBelow: 100 });
    const flow = await lose(first);
    if (flow === first) flow.source.remove('gone');
    flow.source.write('standing', noise(900));
    const up = await flow.up({ resend: true });
    assert.deepEqual([up.files, up.failed], [flow === first ? 2 : 1, 0]);
    const listed = (await list(flow)).map(({ path, state }) => `${path} ${state}`);
    assert.deepEqual(listed.sort(), ['gone complete', 'packed complete', 'standing complete']);
    const { upload } = (await list(flow)).find(({ path }) => path === 'standing')!;
    const all = await list(flow, { newestOnly: false });
    assert.ok(all.every((one) => one.path !== 'standing' || one.upload <= upload));
  }
});

test('--resend holds until all was sent, however often it is interrupted', async () => {
  const flow = new Flow({ partitions: 1 });
  for (let index = 0; index < 60; index++) flow.source.write(`f${index}`, noise(700 + index));
  await flow.up();
  const stop = new AbortController();
  let opened = 0;
  const source = faultySource(flow.source, ({ method }) => {
    if (method === 'open' && ++opened === 11) stop.abort();
  });
  const first = await flow.up({ resend: true, parallel: 1, signal: stop.signal }, { source });
  assert.ok(first.interrupted && first.files >= 10 && first.files < 60, String(first.files));
  const second = await flow.up();
  assert.deepEqual([second.files, second.unchanged], [60 - first.files, first.files]);
  const third = await flow.up();
  assert.deepEqual([third.files, third.unchanged], [0, 60]);
});

test('--resend of a file that was half sent gives that up by a record', async () => {
  const flow = await halfSent();
  await flow.up({ resend: true });
  await flow.down();
  assert.deepEqual(
    flow.told('aborted').map(({ path }) => path),
    ['half'],
  );
  assert.deepEqual(flow.received(), flow.sent());
  assert.equal((await flow.up()).unchanged, 2);
});
