/** Deltas whose uploader or downloader dies in their middle, wherever that is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { Life, mortalKafka } from '../support/killable.ts';

const delta = { delta: true, chunkSize: 60_000 } as const;

/** A flow in which a version was sent and received, and another one, with new bytes in two places, waits. */
async function changed(): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 1_048_588, partitions: 1 });
  const bytes = noise(1_500_000);
  flow.source.write('film', bytes);
  await flow.up(delta);
  await flow.down();
  const parts = [bytes.subarray(0, 300_000), noise(90_000), bytes.subarray(300_000), noise(90_000)];
  flow.source.write('film', Buffer.concat(parts));
  return flow;
}

test('An uploader that is killed at any call begins the delta anew, and nothing is mixed', async () => {
  let calls = 0;
  for (let isOver = true; isOver; calls++) {
    const flow = await changed();
    const life = new Life(calls);
    await flow.up(delta, { kafka: mortalKafka(flow.cluster.client(), life) }).catch(() => {});
    isOver = life.isOver;
    const { failed } = await flow.down();
    assert.equal(failed, 0, `${calls} calls`);
    await flow.up(delta);
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open], [0, 0], `${calls} calls`);
    assert.deepEqual(flow.received(sha256), flow.sent(sha256), `${calls} calls`);
    assert.equal((await flow.up(delta)).files, 0);
    const ends = new Set<string>();
    for (const { decoded } of await flow.records()) {
      if (decoded === undefined || !('upload' in decoded)) continue;
      // Of an upload that has ended no more comes.
      assert.ok(decoded.kind === 'abort' || !ends.has(decoded.upload), `${calls} calls`);
      if (decoded.kind !== 'chunk') ends.add(decoded.upload);
    }
  }
  assert.ok(calls > 6, `${calls} calls`);
});

test('A downloader that is killed at any write goes on with the delta', async () => {
  let calls = 0;
  for (let isOver = true; isOver; calls++) {
    const copy = await changed();
    await copy.up(delta);
    const life = new Life(calls);
    const sink = faultySink(new MemorySink(copy.disk), ({ method }) => {
      if (['write', 'publish', 'checkpoint'].includes(method)) life.spend();
    });
    const kafka = mortalKafka(copy.cluster.client(), life);
    await copy.down({}, { sink, kafka }).catch(() => {});
    isOver = life.isOver;
    const { failed, open } = await copy.down();
    assert.deepEqual([failed, open, copy.disk.parts.size], [0, 0, 0], `${calls} calls`);
    assert.deepEqual(copy.received(sha256), copy.sent(sha256), `${calls} calls`);
  }
  assert.ok(calls > 4, `${calls} calls`);
});
