import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncompleteError } from '../../src/errors.ts';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { encodeAbort, packHeaders } from '../../src/records/file-record.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import {
  type CraftedFile,
  craftedChunks,
  craftedClose,
  craftedFacts,
  craftedId,
  craftedPack,
  craftedUpload,
} from '../support/crafted.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { cat, list } from '../support/look.ts';
import { withHeader, withoutHeader } from '../support/records.ts';

async function flowWith(...records: readonly NewRecord[]): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 4 * 1024 * 1024, partitions: 1 });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  return flow;
}

const files = ['a', 'b', 'c', 'd'].map((path): CraftedFile => ({ path, bytes: noise(100) }));

/** A pack of them in which one entry has another field than an uploader of ours writes. */
function packWith(path: string, changes: Readonly<Record<string, unknown>>): NewRecord {
  const entries = files.map((file) => {
    const own = { path: file.path, upload: craftedId(file), ...craftedFacts(file), mode: '0644' };
    return file.path === path ? { ...own, ...changes } : own;
  });
  const index = Buffer.from(`${JSON.stringify(entries)}\n`);
  return {
    headers: packHeaders('shop', files.length, index.length),
    value: [index, ...files.map(({ bytes }) => bytes)],
  };
}

test('One bad entry of a pack is a failure by its name, and its neighbours arrive', async () => {
  for (const changes of [
    { mtime: '-11644473600000000000000000000000' },
    { mode: 'rw' },
    { size: -1 },
    { digest: '' },
  ]) {
    const flow = await flowWith(packWith('b', changes));
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed], [3, 1], JSON.stringify(changes));
    assert.deepEqual(Object.keys(flow.received()), ['a', 'c', 'd']);
    const [failed] = flow.told('failed');
    assert.deepEqual([failed?.path, failed?.reason], ['b', 'refused-record']);
    assert.equal((await cat(flow, 'shop/c')).length, 100);
    await assert.rejects(cat(flow, 'shop/b'), (error) => {
      return error instanceof IncompleteError && /refused/.test(error.message);
    });
  }
});

test('A refused record is a failure, and says whose file it was', async () => {
  const [file] = files;
  const refused = withHeader(craftedUpload(file!)[0]!, 'size', '-1');
  const flow = await flowWith(refused, withHeader(craftedPack(files), 'files', '3'));
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed], [0, 2]);
  assert.deepEqual(
    flow.told('refused-record').map(({ uploader, path }) => [uploader, path]),
    [
      ['shop', 'a'],
      ['shop', undefined],
    ],
  );
});

test('An upload whose closing or aborting record was refused does not wait for it', async () => {
  const file = { path: 'large', bytes: noise(1200) };
  const abort = encodeAbort({ uploader: 'shop', path: 'large', upload: craftedId(file), reason: 'x' });
  for (const last of [
    withHeader(craftedClose(file), 'mtime', 'never'),
    withHeader(craftedClose(file), 'sluice', '2'),
    withHeader(abort, 'reason', Uint8Array.of(0xff)),
  ]) {
    const flow = await flowWith(...craftedChunks(file), last);
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [0, 2, 0, 0]);
    const [failed] = flow.told('failed');
    assert.deepEqual([failed?.path, failed?.reason], ['large', 'refused-record']);
    await assert.rejects(cat(flow, 'shop/large', { upload: craftedId(file) }), (error) => {
      return error instanceof IncompleteError && /refused/.test(error.message);
    });
  }
});

test('A record with the id of an upload and another name ends nothing', async () => {
  const file = { path: 'a', bytes: noise(1200) };
  const other = { ...file, path: 'b' };
  const upload = craftedId(file);
  const abort = encodeAbort({ uploader: 'shop', path: 'b', upload, reason: 'x' });
  const close = withHeader(craftedClose(other), 'upload', upload);
  const flow = await flowWith(
    ...craftedChunks(file),
    abort,
    close,
    withHeader(close, 'mode', '9'),
    craftedClose(file),
  );
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed, down.open], [1, 3, 0]);
  assert.deepEqual(Object.keys(flow.received()), ['a']);
});

test('A refused record that ends an upload once more takes nothing back', async () => {
  const file: CraftedFile = { path: 'a', bytes: noise(1200) };
  const closed = craftedClose(file);
  const abort = encodeAbort({ uploader: 'shop', path: 'a', upload: craftedId(file), reason: 'late' });
  for (const second of [withHeader(closed, 'mode', 'none'), withoutHeader(abort, 'reason')]) {
    for (const isWritable of [true, false]) {
      const flow = await flowWith(...craftedUpload(file), second);
      const sink = faultySink(new MemorySink(flow.disk), async ({ method, name }) => {
        // While it is being published the second record comes.
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        if (method === 'publish' && !isWritable) throw systemError('EACCES', name);
      });
      const down = await flow.down({}, { sink });
      assert.deepEqual([down.files, down.failed, down.open], isWritable ? [1, 1, 0] : [0, 2, 0]);
      await flow.down();
      assert.deepEqual(flow.received(), { a: md5(file.bytes) });
      const [listed] = await list(flow, { newestOnly: false });
      assert.equal(listed?.state, 'complete');
    }
  }
});
