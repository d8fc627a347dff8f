import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { craftedChunk, craftedClose, craftedId, craftedPack } from '../support/crafted.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';

/** A flow whose topic holds a large file, small ones, and one of no bytes. */
async function filledFlow(): Promise<Flow> {
  const flow = new Flow();
  flow.source.write('large', noise(8000));
  flow.source.write('folder/packed', noise(100));
  flow.source.write('packed', noise(100));
  flow.source.write('empty', noise(0));
  await flow.up({ packBelow: 200 });
  return flow;
}

/** The flow's sink, which may not write some names. */
function refusing(flow: Flow, names: ReadonlySet<string>, code: 'EACCES' | 'EPERM' | 'EISDIR' = 'EACCES') {
  return faultySink(new MemorySink(flow.disk), ({ method, name }) => {
    if ((method === 'publish' || method === 'publishWhole') && names.has(name)) throw systemError(code, name);
  });
}

// Most of these wait: for the next try.
describe('Files whose names may not be written', { concurrency: true }, () => {
  test('They are kept and named at each run, the rest goes on, and nothing is read twice', async () => {
    for (const code of ['EACCES', 'EPERM', 'EISDIR'] as const) {
      const flow = await filledFlow();
      const names = new Set(['shop/large', 'shop/folder/packed', 'shop/empty']);
      const first = await flow.down({}, { sink: refusing(flow, names, code) });
      assert.deepEqual([first.files, first.failed, first.open], [1, 3, 0]);
      for (let run = 1; run < 3; run++) {
        const told = flow.told('failed').slice(-3);
        assert.deepEqual(new Set(told.map(({ path }) => `shop/${path}`)), names);
        assert.ok(told.every(({ reason, message }) => reason === 'sink' && message.includes(code)));
        assert.equal(flow.told('waiting').length, 0);
        const again = await flow.down({}, { sink: refusing(flow, names, code) });
        assert.deepEqual([again.records, again.files, again.failed, again.open], [0, 0, 3, 0]);
      }
      const last = await flow.down();
      assert.deepEqual([last.records, last.files, last.failed, flow.disk.parts.size], [0, 3, 0, 0]);
      assert.deepEqual(flow.received(), flow.sent());
      assert.equal((await flow.down()).failed, 0);
    }
  });

  test('What stands in the way of one may be just going: it is told when it is still there a moment later', async () => {
    const flow = await filledFlow();
    const refusals = new Map([
      ['shop/large', 1],
      ['shop/packed', 2],
    ]);
    const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
      const left = refusals.get(name) ?? 0;
      if (left === 0 || (method !== 'publish' && method !== 'publishWhole')) return;
      refusals.set(name, left - 1);
      throw systemError('EISDIR', name);
    });
    const stop = new AbortController();
    const running = flow.down({ once: false, signal: stop.signal, commitInterval: 10 }, { sink });
    await waitFor(() => flow.told('received').length === 4);
    stop.abort();
    assert.equal((await running).failed, 0);
    assert.deepEqual(
      flow.told('failed').map(({ path }) => path),
      ['packed'],
    );
  });

  test('While it watches, each is told once, tried again, and arrives when its name may be written', async () => {
    const flow = await filledFlow();
    const names = new Set(['shop/large', 'shop/packed']);
    const stop = new AbortController();
    const options = { once: false, signal: stop.signal, commitInterval: 10 } as const;
    const running = flow.down(options, { sink: refusing(flow, names) });
    await waitFor(() => flow.told('failed').length === 2 && flow.told('received').length === 2);
    names.delete('shop/large');
    await waitFor(() => flow.told('received').length === 3);
    names.delete('shop/packed');
    await waitFor(() => flow.told('received').length === 4);
    stop.abort();
    const down = await running;
    assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [4, 0, 0, 0]);
    assert.deepEqual([flow.told('failed').length, flow.told('waiting').length], [2, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('The newest version wins, whichever of them had to wait', async () => {
    const flow = new Flow();
    const names = new Set(['shop/a']);
    for (let version = 0; version < 3; version++) {
      flow.source.write('a', noise(version === 1 ? 100 : 3000));
      await flow.up({ packBelow: 200 });
      const down = await flow.down({}, { sink: refusing(flow, names) });
      assert.deepEqual([down.files, down.failed, down.open], [0, version + 1, 0]);
    }
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [0, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A newer version that can be written ends the waiting of an older one', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    await flow.up();
    await flow.down({}, { sink: refusing(flow, new Set(['shop/a'])) });
    flow.source.write('a', noise(3000));
    await flow.up();
    const sink = faultySink(new MemorySink(flow.disk), async ({ method }) => {
      if (method === 'publish' && flow.disk.files.size === 0 && flow.told('failed').length === 1)
        throw systemError('EACCES', 'once more');
    });
    const stop = new AbortController();
    const running = flow.down({ once: false, signal: stop.signal, commitInterval: 10 }, { sink });
    await waitFor(() => flow.disk.files.size === 1 && flow.disk.parts.size === 0);
    stop.abort();
    assert.equal((await running).failed, 0);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('What was kept and changed meanwhile is fetched again', async () => {
    const flow = await filledFlow();
    const names = new Set(['shop/large', 'shop/packed']);
    await flow.down({}, { sink: refusing(flow, names) });
    for (const bytes of flow.disk.parts.values()) bytes.fill(0, 10, 20);
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed], [2, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A temporary file that may not be touched any more is made anew, and fetched again', async () => {
    for (const method of ['sync', 'write', 'read']) {
      const flow = await filledFlow();
      let left = 1;
      const sink = faultySink(new MemorySink(flow.disk), (call) => {
        const isLarge = call.name.length === 32 && (call.position ?? 4000) >= 4000;
        if (call.method === method && isLarge && left-- > 0) throw systemError('EACCES', call.name);
      });
      const down = await flow.down({ commitInterval: 1 }, { sink });
      assert.deepEqual([down.files, down.failed, down.open], [4, 0, 0], method);
      assert.deepEqual(flow.received(), flow.sent());
    }
  });

  test('A pack whose file is kept, and that comes again, is told once and leaves nothing open', async () => {
    for (const size of [0, 100]) {
      const flow = new Flow({ partitions: 1 });
      const file = { path: 'a', bytes: noise(size) };
      const pack = { partition: 0, record: craftedPack([file]) };
      await flow.append([pack, pack]);
      const names = new Set(['shop/a']);
      for (const reset of [false, true, false]) {
        const down = await flow.down({ reset }, { sink: refusing(flow, names) });
        assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [1, 0, Math.min(size, 1)]);
      }
      // As a kill leaves it that comes between its bytes and what is said of them.
      const [one] = flow.disk.uploads.values();
      flow.disk.uploads.set(one!.upload, { ...one!, close: undefined });
      const again = await flow.down({ reset: true }, { sink: refusing(flow, names) });
      assert.deepEqual([again.failed, again.open], [1, 0]);
      const last = await flow.down();
      assert.deepEqual([last.files, last.failed, flow.disk.parts.size], [1, 0, 0]);
      assert.deepEqual(flow.received(), { a: md5(file.bytes) });
    }
  });

  test('A temporary file that is refused for good costs that file alone', async () => {
    for (const method of ['sync', 'write', 'read']) {
      for (const code of ['EACCES', 'EINVAL'] as const) {
        const flow = new Flow();
        for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(5000));
        await flow.up();
        const { upload } = flow.told('sent').find(({ path }) => path === 'a')!;
        const records = (await flow.records()).filter(({ decoded }) => decoded?.kind !== 'pack');
        // Twice, so that it is read back.
        await flow.append(records.map(({ partition, ...record }) => ({ partition, record })));
        const refused = faultySink(new MemorySink(flow.disk), async ({ method: called, name }) => {
          if (called === method && name === upload) throw systemError(code, name);
          await new Promise(setImmediate);
        });
        const signal = AbortSignal.timeout(20_000);
        const down = await flow.down({ commitInterval: 1, bufferBytes: 1024, signal }, { sink: refused });
        assert.equal(down.interrupted, false, `${method} ${code}`);
        const { a: _, ...others } = flow.sent();
        const { a: __, ...received } = flow.received();
        assert.deepEqual(received, others);
        assert.ok(down.open === 0 && down.failed + down.files === 3, `${method} ${code}`);
        if (method === 'write') assert.match(flow.told('failed')[0]!.message, new RegExp(code));
      }
    }
  });

  test('Many that were kept are read back a few at a time', async () => {
    const flow = new Flow();
    for (let index = 0; index < 40; index++) flow.source.write(`f${index}`, noise(1000));
    await flow.up();
    const names = new Set(flow.source.paths().map((path) => `shop/${path}`));
    assert.equal((await flow.down({}, { sink: refusing(flow, names) })).failed, 40);
    const reading = new Set<string>();
    let most = 0;
    const sink = faultySink(new MemorySink(flow.disk), async ({ method, name }) => {
      if (method === 'read') reading.add(name);
      most = Math.max(most, reading.size);
      await new Promise(setImmediate);
      if (method === 'publish') reading.clear();
    });
    assert.equal((await flow.down({}, { sink })).files, 40);
    assert.ok(most > 0 && most <= 4, `${most} at once`);
  });

  test('A file of its own that it may not read is replaced by the next version', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    await flow.up();
    await flow.down();
    flow.disk.published.clear();
    flow.source.write('a', noise(3000));
    await flow.up();
    const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
      if (method === 'digestOfTarget') throw systemError('EACCES', name);
    });
    assert.equal((await flow.down({}, { sink })).failed, 0);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A real folder where a file must go, and a file where a folder must', async (t) => {
    const folder = await temporaryFolder(t);
    const flow = await filledFlow();
    await mkdir(join(folder, 'shop/large/full'), { recursive: true });
    await mkdir(join(folder, 'shop/packed'));
    await writeFile(join(folder, 'shop/folder'), 'a file of the user');
    const run = async () => flow.down({}, { sink: await openDiskSink(folder) });
    for (let runs = 0; runs < 2; runs++) {
      const down = await run();
      assert.deepEqual([down.files, down.failed], [runs === 0 ? 1 : 0, 3]);
    }
    for (const name of ['large', 'packed', 'folder'])
      await rm(join(folder, 'shop', name), { recursive: true });
    const down = await run();
    assert.deepEqual([down.records, down.files, down.failed], [0, 3, 0]);
    for (const [path, digest] of Object.entries(flow.sent()))
      assert.equal(md5(await readFile(join(folder, 'shop', path))), digest);
  });

  test('A pack’s file with the id of an upload that is open touches nothing of it', async () => {
    const file = { path: 'a', bytes: noise(1200) };
    const flow = new Flow({ partitions: 1, maxMessageBytes: 4096 });
    const entry = { path: 'b', bytes: noise(100) };
    const swap = (bytes: Uint8Array) =>
      Buffer.from(
        Buffer.from(bytes).toString('latin1').replaceAll(craftedId(entry), craftedId(file)),
        'latin1',
      );
    for (const contents of [entry.bytes, noise(100)]) {
      const pack = craftedPack([entry], contents);
      const value = (pack.value as Uint8Array[]).map((piece, index) => (index === 0 ? swap(piece) : piece));
      await flow.append([
        { partition: 0, record: craftedChunk(file, 0, 600) },
        { partition: 0, record: { ...pack, value } },
      ]);
    }
    const half = await flow.down();
    assert.deepEqual([half.files, half.failed, half.open, flow.disk.parts.size], [0, 2, 1, 1]);
    assert.ok(flow.told('failed').every(({ path, reason }) => path === 'b' && reason === 'conflicting-data'));
    await flow.append(
      [craftedChunk(file, 600, 1200), craftedClose(file)].map((record) => ({ partition: 0, record })),
    );
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0]);
    assert.deepEqual(flow.received(), { a: md5(file.bytes) });
  });
});
