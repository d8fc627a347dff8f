import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { type BeforeCall, faultySink, faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

/** Stops a run at the first read of a store, and counts how many come in all. */
function stopAtRead(stop: AbortController) {
  const counted = { reads: 0 };
  const before: BeforeCall = ({ method }) => {
    if (method !== 'read') return;
    counted.reads++;
    stop.abort();
  };
  return { counted, before };
}

test('An uploader is stopped while it reads again what an earlier run had sent of a file', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(50_000));
  const first = new AbortController();
  const half = faultySource(
    flow.source,
    once('read', () => first.abort(), 30_000),
  );
  await flow.up({ signal: first.signal, bufferBytes: 4096 }, { source: half });
  const stop = new AbortController();
  const { counted, before } = stopAtRead(stop);
  const up = await flow.up({ signal: stop.signal }, { source: faultySource(flow.source, before) });
  assert.deepEqual([up.interrupted, up.records, counted.reads], [true, 0, 1]);
  assert.equal((await flow.up()).files, 1);
  assert.ok(flow.told('sent')[0]!.resumedFrom > 20_000);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('An uploader is stopped while it compares a file that was only touched', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(50_000));
  await flow.up();
  flow.source.touchInode('a');
  const stop = new AbortController();
  const { counted, before } = stopAtRead(stop);
  const up = await flow.up({ signal: stop.signal }, { source: faultySource(flow.source, before) });
  assert.deepEqual([up.interrupted, up.files, up.unchanged, counted.reads], [true, 0, 0, 1]);
  const next = await flow.up();
  assert.deepEqual([next.files, next.unchanged], [0, 1]);
});

test('A downloader is stopped while it reads back what an earlier run had received of a file', async () => {
  const flow = new Flow({ partitions: 1, maxMessageBytes: 1_048_588 });
  flow.source.write('a', noise(8 * 1024 * 1024));
  const first = new AbortController();
  const half = faultySource(
    flow.source,
    once('read', () => first.abort(), 5_000_000),
  );
  await flow.up({ signal: first.signal }, { source: half });
  assert.equal((await flow.down()).open, 1);
  await flow.up();
  const stop = new AbortController();
  const { counted, before } = stopAtRead(stop);
  const sink = faultySink(new MemorySink(flow.disk), before);
  const down = await flow.down({ signal: stop.signal }, { sink });
  assert.deepEqual([down.interrupted, down.files, counted.reads], [true, 0, 1]);
  assert.equal((await flow.down()).files, 1);
  assert.deepEqual(flow.received(), flow.sent());
});
