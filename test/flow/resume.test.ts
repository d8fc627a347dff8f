import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySink, faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { Life, mortalKafka } from '../support/killable.ts';

test('An interrupted upload goes on where it stopped, under the same id', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(50_000));
  const stop = new AbortController();
  const first = await flow.up(
    { signal: stop.signal, bufferBytes: 4096 },
    {
      source: faultySource(
        flow.source,
        once('read', () => stop.abort(), 20_000),
      ),
    },
  );
  assert.deepEqual([first.interrupted, first.files, first.failed], [true, 0, 0]);
  const half = await flow.down();
  assert.deepEqual([half.files, half.open], [0, 1]);
  const second = await flow.up();
  assert.equal(second.files, 1);
  const [sent] = flow.told('sent');
  assert.ok(sent!.resumedFrom > 15_000);
  assert.equal(first.wireBytes + second.wireBytes, 50_000);
  const ids = new Set(
    (await flow.records()).map(
      ({ decoded }) => decoded !== undefined && 'upload' in decoded && decoded.upload,
    ),
  );
  assert.equal(ids.size, 1);
  const rest = await flow.down();
  assert.deepEqual([rest.files, rest.open, flow.disk.parts.size], [1, 0, 0]);
  assert.ok(rest.wireBytes < 35_000);
  assert.deepEqual(flow.received(), flow.sent());
});

test('An upload goes on with another chunk size, and under the checksum that it began with', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(30_000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 10_000),
  );
  await flow.up({ signal: stop.signal, bufferBytes: 4096 }, { source });
  flow.source.write('b', noise(100));
  await flow.up({ chunkSize: 123, checksum: 'md5' });
  const chunks = (await flow.records()).flatMap(({ decoded }) =>
    decoded?.kind === 'chunk' ? [decoded] : [],
  );
  const named = new Set(chunks.map(({ path, upload, checksum }) => `${path} ${upload} ${checksum}`));
  assert.equal(named.size, 2, 'an upload has chunks of two checksums');
  assert.equal((await flow.down()).files, 2);
  const digests = flow.told('received').map(({ path, digest }) => `${path} ${digest.split(':')[0]}`);
  assert.deepEqual(digests.toSorted(), ['a sha256', 'b md5']);
  assert.deepEqual(flow.received(), flow.sent());
});

test('A file that changed while its uploader was stopped is sent anew, and what came of it is discarded', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(30_000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 10_000),
  );
  await flow.up({ signal: stop.signal, bufferBytes: 4096 }, { source });
  await flow.down();
  flow.source.write('a', noise(20_000));
  await flow.up();
  const down = await flow.down();
  assert.deepEqual([down.files, down.open, flow.disk.parts.size], [1, 0, 0]);
  assert.equal(flow.told('aborted').length, 1);
  assert.deepEqual(flow.received(), flow.sent());
});

test('An interrupted download goes on where it stopped', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(50_000));
  flow.source.write('b', noise(30_000));
  await flow.up();
  const stop = new AbortController();
  let written = 0;
  const sink = faultySink(new MemorySink(flow.disk), ({ method }) => {
    if (method === 'write' && ++written === 20) stop.abort();
  });
  const first = await flow.down({ signal: stop.signal, bufferBytes: 8192 }, { sink });
  assert.deepEqual([first.interrupted, first.files], [true, 0]);
  assert.ok(first.open > 0);
  const second = await flow.down();
  assert.equal(second.files, 2);
  assert.ok(first.wireBytes + second.wireBytes < 80_000 + 2 * 8192);
  assert.deepEqual(flow.received(), flow.sent());
  assert.deepEqual([second.open, flow.disk.parts.size], [0, 0]);
  assert.deepEqual(flow.told('failed'), []);
});

test('A download that has read all reads nothing again, and rewrites nothing', async () => {
  const flow = new Flow();
  for (let index = 0; index < 5; index++) flow.source.write(`f${index}`, noise(index * 1000));
  await flow.up({ packBelow: 500 });
  await flow.down();
  const inodes = flow.inodes();
  const again = await flow.down();
  assert.deepEqual([again.records, again.files, again.unchanged], [0, 0, 0]);
  assert.deepEqual(flow.inodes(), inodes);
});

test('A replay into the same sink rewrites nothing', async () => {
  const flow = new Flow();
  for (let index = 0; index < 5; index++) flow.source.write(`f${index}`, noise(index * 1000));
  await flow.up({ packBelow: 500 });
  await flow.down();
  const inodes = flow.inodes();
  for (const replay of [{ reset: true }, { name: 'other' }]) {
    const again = await flow.down(replay);
    assert.deepEqual([again.files, again.unchanged, again.failed, again.open], [0, 5, 0, 0]);
    assert.ok(again.records > 5);
    assert.deepEqual(flow.inodes(), inodes);
  }
  assert.equal(flow.disk.parts.size, 0);
});

test('A replay into a sink that has forgotten everything rewrites nothing either', async () => {
  const flow = new Flow();
  for (let index = 0; index < 5; index++) flow.source.write(`f${index}`, noise(index * 1000));
  await flow.up({ packBelow: 500 });
  await flow.down();
  const inodes = flow.inodes();
  flow.disk.published.clear();
  flow.disk.uploads.clear();
  const again = await flow.down({ reset: true });
  assert.deepEqual([again.files, again.unchanged], [0, 5]);
  assert.deepEqual(flow.inodes(), inodes);
  assert.equal(flow.disk.parts.size, 0);
  assert.equal(flow.disk.published.size, 5);
});

test('A file that somebody removed or changed at the sink comes back with the next replay', async () => {
  const flow = new Flow();
  for (const path of ['packed', 'large', 'kept'])
    flow.source.write(path, noise(path === 'packed' ? 50 : 3000));
  await flow.up({ packBelow: 100 });
  await flow.down();
  flow.disk.files.delete('shop/packed');
  flow.disk.place('shop/large', noise(3000), { mtime: '1', mode: 0o644 });
  const again = await flow.down({ reset: true });
  assert.deepEqual([again.files, again.unchanged], [2, 1]);
  assert.deepEqual(flow.received(), flow.sent());
});

test('A late joiner loses nothing; one that asks for the end gets what comes then', async () => {
  const flow = new Flow();
  flow.source.write('before', noise(3000));
  await flow.up();
  const late = await flow.down({ fromOffset: 'end' });
  assert.deepEqual([late.files, late.records], [0, 0]);
  flow.source.write('after', noise(3000));
  await flow.up();
  await flow.down({ fromOffset: 'end' });
  assert.deepEqual(Object.keys(flow.received()), ['after']);
  await flow.down({ name: 'another' });
  assert.deepEqual(flow.received(), flow.sent());
});

test('What an uploader has sent it does not send again', async () => {
  const flow = new Flow();
  for (let index = 0; index < 6; index++) flow.source.write(`f${index}`, noise(index * 1000));
  const first = await flow.up({ packBelow: 500 });
  assert.deepEqual([first.files, first.unchanged], [6, 0]);
  const second = await flow.up({ packBelow: 500 });
  assert.deepEqual([second.files, second.unchanged, second.records], [0, 6, 0]);
  flow.source.write('f3', noise(100));
  flow.source.write('new', noise(10));
  const third = await flow.up({ packBelow: 500 });
  assert.deepEqual([third.files, third.unchanged], [2, 5]);
  const all = await flow.up({ packBelow: 500, resend: true });
  assert.deepEqual([all.files, all.unchanged], [7, 0]);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('Killed between rename and commit, at each call: replaying changes nothing and alarms nobody', async () => {
  for (const method of ['publish', 'checkpoint', 'write', 'newest', 'digestOfTarget']) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(20_000));
    const stop = new AbortController();
    const source = faultySource(
      flow.source,
      once('read', () => stop.abort(), 10_000),
    );
    await flow.up({ signal: stop.signal, bufferBytes: 4096 }, { source });
    await flow.down();
    assert.equal(flow.disk.uploads.size, 1);
    await flow.up();
    const life = new Life(Number.POSITIVE_INFINITY);
    const sink = faultySink(new MemorySink(flow.disk), (call) => {
      if (call.method === method) life.end();
      life.spend();
    });
    const kafka = mortalKafka(flow.cluster.client(), life);
    await flow.down({}, { sink, kafka }).catch(() => {});
    assert.ok(life.isOver, method);
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [0, 0, 0], method);
    assert.deepEqual(flow.received(), flow.sent(), method);
    assert.deepEqual([flow.disk.uploads.size, flow.disk.published.size], [0, 1], method);
  }
});
