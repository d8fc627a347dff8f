import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { SluiceError } from '../../src/errors.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySink, faultySource, once, type StoreCall } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
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

const everything = 8200;

// Most of these wait: for a second try, or for a disk.
describe('What happens to the sink', { concurrency: true }, () => {
  test('A full disk: said with what is needed and free, waited for, and gone on from by itself', async () => {
    const flow = await filledFlow();
    flow.disk.capacity = 1000;
    const running = flow.down();
    const waiting = await waitFor(() => flow.told('waiting')[0]);
    assert.equal(waiting.on, 'disk');
    assert.match(waiting.message, /full.*needed.*free/);
    assert.ok(flow.disk.files.size < 4);
    flow.disk.capacity = Number.POSITIVE_INFINITY;
    const down = await running;
    assert.deepEqual([down.files, down.failed, down.open], [4, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
    assert.deepEqual(
      flow.told('resumed').map(({ on }) => on),
      flow.told('waiting').map(({ on }) => on),
    );
    assert.equal(flow.told('waiting').length, 1);
  });

  test('Nothing is committed while the disk is full; a run that is stopped then loses nothing', async () => {
    const flow = await filledFlow();
    flow.disk.capacity = 3000;
    const stop = new AbortController();
    const running = flow.down({ signal: stop.signal, once: false, commitInterval: 20 });
    await waitFor(() => flow.told('waiting').length > 0);
    stop.abort();
    const first = await running;
    assert.ok(first.interrupted);
    flow.disk.capacity = everything;
    const second = await flow.down();
    assert.equal(first.files + second.files, 4);
    assert.deepEqual(flow.received(), flow.sent());
    assert.deepEqual([second.failed, second.open, flow.disk.parts.size], [0, 0, 0]);
  });

  const methods = [
    'published',
    'digestOfTarget',
    'write',
    'read',
    'sync',
    'publish',
    'publishWhole',
    'adopt',
    'discard',
    'checkpoint',
    'quarantine',
  ];

  /** Fails the first two calls of a method. */
  function failingTwice(method: string, code: 'EIO' | 'ENOSPC' | 'ESTALE'): (call: StoreCall) => void {
    let left = 2;
    return (call) => {
      if (call.method === method && left-- > 0) throw systemError(code, 'as the test wants it');
    };
  }

  test('A disk that fails for a while, at whichever call: everything arrives in the end', async () => {
    const codes = ['EIO', 'ENOSPC', 'ESTALE'] as const;
    const faults = methods.map((method, index) => ({ method, code: codes[index % codes.length]! }));
    await Promise.all(
      faults.map(async ({ method, code }) => {
        const flow = await filledFlow();
        // A second version, and a sink that has forgotten the first, bring all the calls about.
        await flow.down();
        flow.disk.published.clear();
        flow.source.write('large', noise(8000));
        flow.source.write('packed', noise(90));
        await flow.up({ packBelow: 200 });
        const sink = faultySink(new MemorySink(flow.disk), failingTwice(method, code));
        const down = await flow.down({ reset: true }, { sink });
        assert.deepEqual([down.failed, down.open], [0, 0], method);
        assert.deepEqual(flow.received(), flow.sent(), method);
        assert.equal(flow.disk.parts.size, 0, method);
      }),
    );
  });

  test('An error that is not of the system ends the run, with what was received kept', async () => {
    const flow = await filledFlow();
    const sink = faultySink(new MemorySink(flow.disk), ({ method }) => {
      if (method === 'publish') throw new Error('a bug');
    });
    await assert.rejects(flow.down({}, { sink }), /a bug/);
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open], [0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A run stopped while a disk fails ends in good order, whatever was under way', async () => {
    for (const method of methods) {
      const flow = await filledFlow();
      const stop = new AbortController();
      const sink = faultySink(new MemorySink(flow.disk), (call) => {
        if (call.method !== method) return;
        stop.abort();
        throw systemError('EIO', 'for ever');
      });
      await flow.down({ signal: stop.signal }, { sink });
      const sent = flow.sent();
      for (const [path, digest] of Object.entries(flow.received())) assert.equal(digest, sent[path], method);
      const down = await flow.down();
      assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [0, 0, 0], method);
      assert.deepEqual(flow.received(), sent, method);
    }
  });

  test('A file of which a chunk could not be written is not published, though all records have come', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(2500));
    await flow.up();
    const stop = new AbortController();
    const sink = faultySink(new MemorySink(flow.disk), ({ method, position }) => {
      if (method !== 'write' || position !== 0) return;
      stop.abort();
      throw systemError('ENOSPC', 'no space left on device');
    });
    await flow.down({ signal: stop.signal }, { sink });
    assert.deepEqual(flow.received(), {});
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('An upload that was complete when its downloader was stopped is published by the next', async () => {
    const flow = await filledFlow();
    const stop = new AbortController();
    const sink = faultySink(new MemorySink(flow.disk), async ({ method }) => {
      if (method !== 'publish') return;
      stop.abort();
      throw systemError('ENOSPC', 'no room for the folder');
    });
    await flow.down({ signal: stop.signal, once: false, commitInterval: 1 }, { sink });
    const uploads = [...flow.disk.uploads.values()];
    const second = await flow.down();
    assert.deepEqual(flow.received(), flow.sent(), JSON.stringify(uploads));
    assert.deepEqual(
      [second.open, second.failed, flow.disk.parts.size, flow.disk.uploads.size],
      [0, 0, 0, 0],
    );
  });

  test('Work that fails while later records of its batch are still looked at is no unhandled rejection', async () => {
    const flow = new Flow({ partitions: 1 });
    for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(300));
    await flow.up();
    const stop = new AbortController();
    const sink = faultySink(new MemorySink(flow.disk), async ({ method }) => {
      if (method === 'published') for (let turn = 0; turn < 10; turn++) await setImmediate();
      if (method !== 'write') return;
      stop.abort();
      throw systemError('EIO', 'for ever');
    });
    assert.ok((await flow.down({ signal: stop.signal }, { sink })).interrupted);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A failure does not touch what other records of its batch, or files of its pack, are writing', async () => {
    for (const [packBelow, method] of [
      [0, 'write'],
      [1000, 'publishWhole'],
    ] as const) {
      const flow = new Flow({ partitions: 1, maxMessageBytes: 8192 });
      for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(300));
      await flow.up({ packBelow, linger: 20 });
      const names: string[] = [];
      const sink = faultySink(new MemorySink(flow.disk), async (call) => {
        if (call.method !== method) return;
        names.push(call.name);
        if (call.name === names[0]) throw new Error('a bug');
        for (let turn = 0; turn < 10; turn++) await setImmediate();
      });
      await assert.rejects(flow.down({}, { sink }), /a bug/);
      for (let turn = 0; turn < 20; turn++) await setImmediate();
      const sent = flow.sent();
      for (const [path, digest] of Object.entries(flow.received())) assert.equal(digest, sent[path]);
      const down = await flow.down();
      assert.deepEqual([down.failed, down.open], [0, 0]);
      assert.deepEqual(flow.received(), sent);
    }
  });

  test('After a failed fsync nothing is committed any more: the next run fetches what the system forgot', async () => {
    for (const method of ['sync', 'publish', 'publishWhole', 'checkpoint']) {
      const flow = await filledFlow();
      // Half of a file, too: its bytes are only synced, not published.
      const stop = new AbortController();
      flow.source.write('half', noise(5000));
      const half = faultySource(
        flow.source,
        once('read', () => stop.abort(), 2500),
      );
      await flow.up({ signal: stop.signal, bufferBytes: 1024, packBelow: 200 }, { source: half });
      const failed = Object.assign(systemError('EIO', 'i/o error'), { syscall: 'fdatasync' });
      let count = 0;
      const sink = faultySink(new MemorySink(flow.disk), (call) => {
        if (call.method !== method || ++count > 1) return;
        throw failed;
      });
      await assert.rejects(flow.down({ commitInterval: 1 }, { sink }), (error) => {
        assert.ok(error instanceof SluiceError, method);
        return /could not make durable.*EIO/.test(error.message);
      });
      if (method === 'checkpoint') assert.equal(count, 1, 'it was asked again');
      // Of what the disk did not write nothing is there after the next boot.
      if (method === 'sync') for (const bytes of flow.disk.parts.values()) bytes.fill(0);
      await flow.up({ packBelow: 200 });
      const down = await flow.down();
      assert.deepEqual([down.failed, down.open], [0, 0], method);
      assert.deepEqual(flow.received(), flow.sent(), method);
    }
  });

  test('A disk that takes long to be durable is waited for: a kill costs only so much, however slow it is', async () => {
    const flow = new Flow({ partitions: 1, maxMessageBytes: 1_048_588 });
    const mebibyte = 1024 * 1024;
    flow.source.write('large', noise(40 * mebibyte));
    await flow.up();
    const gate = Promise.withResolvers<void>();
    let taken = 0;
    const sink = faultySink(new MemorySink(flow.disk), async ({ method, position = 0 }) => {
      if (method === 'sync') await gate.promise;
      if (method === 'write') taken = Math.max(taken, position);
    });
    const running = flow.down({}, { sink });
    await waitFor(() => taken > 16 * mebibyte);
    // Far more turns than the rest of the file would take.
    for (let turn = 0; turn < 1000; turn++) await setImmediate();
    const ahead = taken;
    gate.resolve();
    assert.equal((await running).files, 1);
    assert.ok(ahead < 28 * mebibyte, `${ahead} bytes were taken while none was durable`);
    assert.deepEqual(flow.received(), flow.sent());
  });
});
