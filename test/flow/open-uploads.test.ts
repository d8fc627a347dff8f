import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import {
  type CraftedFile,
  craftedChunk,
  craftedChunks,
  craftedClose,
  craftedUpload,
} from '../support/crafted.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

const begun = (number: number): NewRecord =>
  craftedChunk({ path: `begun/${number}`, uploader: 'flood', bytes: noise(300) }, 0, 100);

async function flowWith(records: readonly NewRecord[]): Promise<Flow> {
  const flow = new Flow({ partitions: 1, maxMessageBytes: 64 * 1024 });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  return flow;
}

test('Of uploads that are begun without end so many are open, the others are set aside by name, and a file among them arrives', async () => {
  const good: CraftedFile = { path: 'good', bytes: noise(9000) };
  const own = [...craftedChunks(good), craftedClose(good)];
  // Its uploader is slow, and not as slow as those of the flood.
  const records = Array.from({ length: 300 }, (_, number) => {
    return number % 10 === 0 && own.length > 0 ? [begun(number), own.shift()!] : [begun(number)];
  });
  const flow = await flowWith([...records.flat(), ...own]);
  const down = await flow.down({ maxOpen: 40 });
  assert.deepEqual(flow.received(), { good: md5(good.bytes) });
  const failed = flow.told('failed');
  assert.ok(failed.every(({ reason }) => reason === 'too-many-open'));
  // The oldest ones, in their order, and nobody twice.
  assert.deepEqual(
    failed.map(({ path }) => path),
    Array.from({ length: failed.length }, (_, number) => `begun/${number}`),
  );
  assert.ok(down.open <= 40 && failed.length >= 260, `${down.open} open, ${failed.length} set aside`);
  assert.deepEqual(
    [down.failed, flow.disk.parts.size, flow.disk.uploads.size],
    [failed.length, down.open, down.open],
  );
  assert.match(failed[0]!.message, /100 of 300 bytes.*no more than 40 uploads.*--max-open.*--reset/);
});

test('A limit that is lowered holds for what an earlier run left open, and what was set aside comes with --reset', async () => {
  const files = Array.from({ length: 20 }, (_, number) => ({
    path: `f${number}`,
    bytes: noise(900 + number),
  }));
  const flow = await flowWith(files.map((file) => craftedChunk(file, 0, 500)));
  assert.equal((await flow.down()).open, 20);
  const lowered = await flow.down({ maxOpen: 5 });
  assert.deepEqual([lowered.open, lowered.failed, flow.disk.parts.size], [5, 15, 5]);
  await flow.append(
    files
      .flatMap((file) => [craftedChunk(file, 500, file.bytes.length), craftedClose(file)])
      .map((record) => ({ partition: 0, record })),
  );
  const all = await flow.down({ reset: true });
  assert.deepEqual([all.files, all.open, all.failed], [20, 0, 0]);
});

test('An upload in thousands of pieces is set aside, and no other one for it', async () => {
  const scattered: CraftedFile = { path: 'scattered', uploader: 'flood', bytes: noise(20_000) };
  const pieces = Array.from({ length: 5000 }, (_, number) =>
    craftedChunk(scattered, number * 4, number * 4 + 1),
  );
  const good = { path: 'good', bytes: noise(900) };
  const [first, ...rest] = craftedUpload(good);
  const flow = await flowWith([first!, ...pieces, ...rest]);
  const down = await flow.down({ maxOpen: 1000 });
  assert.deepEqual(flow.received(), { good: md5(good.bytes) });
  assert.deepEqual([down.files, down.failed, down.open], [1, 1, 0]);
  const [failed] = flow.told('failed');
  assert.deepEqual([failed?.path, failed?.reason], ['scattered', 'too-many-open']);
  assert.match(failed!.message, /in 1600 pieces/);
});

test('Of files whose names may not be written so many are kept, and each is named', async () => {
  for (const packBelow of [0, 1000]) {
    const flow = new Flow();
    for (let number = 0; number < 8; number++) flow.source.write(`f${number}`, noise(900));
    await flow.up({ packBelow });
    const refusing = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
      if (method === 'publish' || method === 'publishWhole') throw systemError('EACCES', name);
    });
    const down = await flow.down({ maxOpen: 3 }, { sink: refusing });
    assert.deepEqual([down.files, down.failed, flow.disk.parts.size], [0, 8, 3], `packs below ${packBelow}`);
    const failed = flow.told('failed');
    assert.equal(failed.filter(({ message }) => message.includes('is tried again')).length, 3);
    assert.equal(new Set(failed.map(({ path }) => path)).size, 8);
    const again = await flow.down();
    assert.equal(again.files, 3);
  }
});

test('What is whole and was kept by an earlier run counts as no open upload, and is not set aside', async () => {
  const flow = await flowWith([0, 1, 2].map(begun));
  for (let number = 0; number < 3; number++) flow.source.write(`f${number}`, noise(900));
  await flow.up({ packBelow: 0 });
  const refusing = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
    if (method === 'publish') throw systemError('EACCES', name);
  });
  const before = await flow.down({}, { sink: refusing });
  assert.deepEqual([before.files, before.failed, before.open, flow.disk.parts.size], [0, 3, 3, 6]);
  const again = await flow.down({ maxOpen: 3 });
  assert.deepEqual([again.files, again.failed, again.open], [3, 0, 3]);
});

test('While a downloader watches, a flood is told as it comes, and memory of it does not grow', async (t) => {
  const flow = await flowWith(Array.from({ length: 50 }, (_, number) => begun(number)));
  const stop = new AbortController();
  t.after(() => stop.abort());
  const running = flow.down({ once: false, signal: stop.signal, maxOpen: 10, commitInterval: 10 });
  await waitFor(() => flow.told('failed').length === 40);
  await flow.append(
    Array.from({ length: 50 }, (_, number) => ({ partition: 0, record: begun(50 + number) })),
  );
  await waitFor(() => flow.told('failed').length === 90 && flow.disk.parts.size === 10);
  stop.abort();
  assert.equal((await running).open, 10);
});

test('What a run left open that was killed before it had forgotten it ends where a newer version stands', async () => {
  const half: CraftedFile = { path: 'a', bytes: noise(1000) };
  const flow = await flowWith([craftedChunk(half, 0, 500)]);
  assert.equal((await flow.down()).open, 1);
  const left = [...flow.disk.uploads];
  for (const record of craftedUpload({ ...half, bytes: noise(1000), version: 2 }))
    await flow.append([{ partition: 0, record }]);
  assert.deepEqual([(await flow.down()).open, flow.disk.uploads.size], [0, 0]);
  for (const [upload, row] of left) flow.disk.uploads.set(upload, row);
  assert.deepEqual([(await flow.down()).open, flow.disk.uploads.size], [0, 0]);
});

test('The same where it had not noted either that the newer one, a delta, stands', async () => {
  const flow = new Flow({ partitions: 1, maxMessageBytes: 1_048_588 });
  const bytes = noise(1_100_000);
  flow.source.write('a', bytes);
  await flow.up({ delta: true });
  await flow.down();
  const half: CraftedFile = { path: 'a', bytes: noise(1000), version: Date.now() * 1000 };
  await flow.append([{ partition: 0, record: craftedChunk(half, 0, 500) }]);
  assert.equal((await flow.down()).open, 1);
  const { positions } = flow.disk;
  const left = [...flow.disk.uploads];
  flow.source.write('a', Buffer.concat([bytes, noise(1000)]));
  await flow.up({ delta: true });
  assert.equal((await flow.down()).open, 0);
  flow.disk.positions = positions;
  flow.disk.published.clear();
  for (const [upload, row] of left) flow.disk.uploads.set(upload, row);
  assert.deepEqual([(await flow.down()).open, flow.disk.uploads.size], [0, 0]);
});
