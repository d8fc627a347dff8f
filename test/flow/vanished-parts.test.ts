import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConsumerOptions, FetchedBatch, Kafka } from '../../src/kafka/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySink, faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

type Parts = Map<string, Uint8Array<ArrayBuffer>>;

/** What somebody does to a temporary file. */
const harms: Readonly<Record<string, (parts: Parts, upload: string) => void>> = {
  removed: (parts, upload) => parts.delete(upload),
  emptied: (parts, upload) => parts.set(upload, new Uint8Array(0)),
  cut: (parts, upload) => parts.set(upload, parts.get(upload)!.slice(0, 1000)),
  overwritten: (parts, upload) => parts.get(upload)!.fill(0, 100, 200),
};

/** A flow with a file of which a downloader has half. */
async function halfFlow(): Promise<Flow> {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('before', noise(3000));
  await flow.up();
  flow.source.write('a', noise(50_000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 20_000),
  );
  await flow.up({ signal: stop.signal, bufferBytes: 4096 }, { source });
  assert.equal((await flow.down()).open, 1);
  return flow;
}

/** The id under which a file was sent in chunks. */
async function uploadOf(flow: Flow, path: string): Promise<string> {
  for (const { decoded } of await flow.records())
    if (decoded?.kind === 'close' && decoded.path === path) return decoded.upload;
  throw new Error(`${path} was not sent`);
}

function harm(flow: Flow, how: string): void {
  for (const upload of [...flow.disk.parts.keys()]) harms[how]!(flow.disk.parts, upload);
}

test('What was done to a temporary file while its downloader was down is fetched again', async () => {
  for (const how of Object.keys(harms)) {
    for (const whenClosed of [false, true]) {
      const flow = await halfFlow();
      if (!whenClosed) harm(flow, how);
      if (!whenClosed) await flow.down();
      await flow.up();
      if (whenClosed) harm(flow, how);
      const down = await flow.down();
      assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0], `${how} ${whenClosed}`);
      assert.deepEqual(flow.received(), flow.sent(), how);
      assert.ok(flow.told('warning').some(({ message }) => /shop\/a: .*fetched again/.test(message)));
      assert.equal(flow.disk.parts.size, 0);
      const after = await flow.down();
      assert.deepEqual([after.records, after.failed], [0, 0]);
    }
  }
});

test('What was done to a temporary file while its downloader runs is fetched again', async () => {
  for (const [how, when] of [
    ['removed', 'write'],
    ['removed', 'publish'],
    ['emptied', 'publish'],
    ['cut', 'publish'],
  ] as const) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('before', noise(3000));
    flow.source.write('a', noise(50_000));
    flow.source.write('behind', noise(3000));
    await flow.up({ parallel: 1 });
    const upload = await uploadOf(flow, 'a');
    let isDone = false;
    const sink = faultySink(new MemorySink(flow.disk), ({ method, name, position = 50_000 }) => {
      if (isDone || method !== when || position < 30_000 || ![upload, 'shop/a'].includes(name)) return;
      isDone = true;
      harms[how]?.(flow.disk.parts, upload);
    });
    const down = await flow.down({ commitInterval: 1 }, { sink });
    assert.ok(isDone);
    assert.deepEqual([down.files, down.failed, down.open], [3, 0, 0], how);
    assert.deepEqual(flow.received(), flow.sent(), how);
  }
});

test('A downloader that is stopped while it fetches again loses nothing', async () => {
  for (let calls = 1; calls < 60; calls += 4) {
    const flow = await halfFlow();
    await flow.up();
    harm(flow, 'removed');
    const stop = new AbortController();
    let left = calls;
    const sink = faultySink(new MemorySink(flow.disk), () => {
      if (--left === 0) stop.abort();
    });
    await flow.down({ signal: stop.signal, commitInterval: 1 }, { sink });
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open], [0, 0], `${calls}`);
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('What is found to have vanished at the very end is fetched again before the run ends', async () => {
  for (const once of [true, false]) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(50_000));
    const half = new AbortController();
    const source = faultySource(flow.source, ({ method, position = 0 }) => {
      if (method === 'read' && position >= 20_000) half.abort();
    });
    await flow.up({ signal: half.signal, bufferBytes: 4096 }, { source });
    const sent = (await flow.records()).length;
    const stop = new AbortController();
    let isDone = false;
    let written = 0;
    const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
      if (method === 'write' && ++written === sent && !once) stop.abort();
      if (method !== 'sync' || isDone) return;
      isDone = true;
      flow.disk.parts.delete(name);
    });
    const down = await flow.down({ once, signal: stop.signal, commitInterval: 3_600_000 }, { sink });
    assert.deepEqual([isDone, down.failed, down.open], [true, 0, 1]);
    const events = flow.downloadEvents.length;
    const [upload] = flow.disk.uploads.values();
    // Who was stopped leaves the fetching to the next run.
    assert.deepEqual(upload?.ranges, once ? [[0, flow.disk.parts.get(upload!.upload)?.length]] : []);
    await flow.up();
    assert.equal(flow.downloadEvents.length, events);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('A temporary file that vanishes again and again is given up, and others arrive', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(50_000));
  flow.source.write('b', noise(3000));
  await flow.up({ parallel: 1 });
  const upload = await uploadOf(flow, 'a');
  const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
    if (method === 'publish' && name === 'shop/a') flow.disk.parts.delete(upload);
  });
  const down = await flow.down({}, { sink });
  assert.deepEqual([down.files, down.failed, down.open], [1, 1, 0]);
  assert.equal(flow.told('warning').filter(({ message }) => message.includes('fetched again')).length, 3);
  const [failed] = flow.told('failed');
  assert.deepEqual([failed?.path, failed?.reason], ['a', 'sink']);
  assert.match(failed?.message ?? '', /somebody removed the temporary file.*--reset/);
});

/** A client that counts its open consumers; all but the first go on once the first has come to its end. */
function countingConsumers(kafka: Kafka) {
  const count = { open: 0, most: 0, begun: 0 };
  const firstEnded = Promise.withResolvers<void>();
  const counting = new Proxy(kafka, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'consumer') return value.bind(target);
      return async function* (options: ConsumerOptions): AsyncGenerator<FetchedBatch> {
        if (options.topic !== 'files') return yield* target.consumer(options);
        const isFirst = count.begun++ === 0;
        count.most = Math.max(count.most, ++count.open);
        if (!isFirst) await firstEnded.promise;
        yield* target.consumer(options);
        if (isFirst) firstEnded.resolve();
        count.open--;
      };
    },
  });
  return { kafka: counting, count };
}

test('Many uploads that have to be fetched again are fetched one after the other', async () => {
  const flow = new Flow();
  const paths = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const path of paths) flow.source.write(path, noise(5000));
  await flow.up();
  const harmed = new Set<string>();
  const sink = faultySink(new MemorySink(flow.disk), async ({ method, name }) => {
    if (method !== 'publish' || harmed.has(name)) return;
    harmed.add(name);
    flow.disk.parts.delete(await uploadOf(flow, name.slice('shop/'.length)));
  });
  const { kafka, count } = countingConsumers(flow.cluster.client());
  const down = await flow.down({}, { sink, kafka });
  assert.deepEqual([down.files, down.failed, harmed.size], [6, 0, 6]);
  assert.deepEqual(flow.received(), flow.sent());
  assert.equal(count.begun, 7);
  assert.ok(count.most <= 2, `${count.most} consumers at once`);
});

test('What retention has removed meanwhile is named as missing', async () => {
  const flow = await halfFlow();
  await flow.up();
  harm(flow, 'removed');
  flow.cluster.deleteRecords(flow.topic, 0, 10);
  const down = await flow.down();
  assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [1, 0, 0]);
  assert.equal(flow.told('failed')[0]?.reason, 'missing-data');
});

test('A real folder whose temporary files are removed under a running downloader', async (t) => {
  const folder = await temporaryFolder(t);
  const parts = join(folder, '.sluice', 'parts');
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(50_000));
  await flow.up();
  let isDone = false;
  const sink = faultySink(await openDiskSink(folder), async ({ method, position = 0 }) => {
    if (isDone || method !== 'write' || position < 20_000) return;
    isDone = true;
    for (const name of await readdir(parts)) await rm(join(parts, name));
  });
  const down = await flow.down({}, { sink });
  assert.deepEqual([down.files, down.failed, down.open], [3, 0, 0]);
  assert.deepEqual(await readdir(parts), []);
});
