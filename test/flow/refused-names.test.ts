import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { systemError } from '../../src/stores/memory/system-error.ts';
import { faultySink } from '../support/faulty-store.ts';
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

describe('Names that a sink refuses', { concurrency: true }, () => {
  test('One name that cannot be written is told, and all others arrive', async () => {
    const codes = [
      'ENAMETOOLONG',
      'ELOOP',
      'EISDIR',
      'ENOTDIR',
      'EFBIG',
      'EACCES',
      'EPERM',
      'EROFS',
      'EBUSY',
    ] as const;
    for (const code of codes) {
      for (const name of ['shop/large', 'shop/packed', 'shop/empty']) {
        const flow = await filledFlow();
        const sink = faultySink(new MemorySink(flow.disk), (call) => {
          if (call.method.startsWith('publish') && call.method !== 'published' && call.name === name)
            throw systemError(code, name);
        });
        const down = await flow.down({}, { sink });
        // Somebody may mend the name, unless the file system itself cannot hold it; a file of no bytes needs none.
        const isKept = !['ENAMETOOLONG', 'EFBIG'].includes(code) && name !== 'shop/empty';
        assert.deepEqual(
          [down.files, down.failed, down.open, flow.disk.parts.size],
          [3, 1, 0, isKept ? 1 : 0],
          `${code} ${name}`,
        );
        const [failed] = flow.told('failed');
        assert.deepEqual([`shop/${failed?.path}`, failed?.reason], [name, 'sink']);
        assert.ok(failed?.message.includes(code));
      }
    }
  });

  test('What everything is refused for is waited for, though it looks like one name’s', async () => {
    const flow = await filledFlow();
    let isReadOnly = true;
    const sink = faultySink(new MemorySink(flow.disk), ({ method, name }) => {
      if (isReadOnly && ['write', 'publish', 'publishWhole', 'check', 'checkpoint'].includes(method))
        throw systemError('EROFS', `read-only file system, ${method} ${name}`);
    });
    const running = flow.down({}, { sink });
    assert.match((await waitFor(() => flow.told('waiting')[0])).message, /EROFS/);
    isReadOnly = false;
    const down = await running;
    assert.deepEqual([down.files, down.failed, down.open], [4, 0, 0]);
    assert.deepEqual(flow.received(), flow.sent());
  });

  test('A file too large for the file system is told at its first chunk, and all others arrive', async () => {
    const flow = await filledFlow();
    const sink = faultySink(new MemorySink(flow.disk), ({ method, position = 0 }) => {
      if (method === 'write' && position > 4000) throw systemError('EFBIG', 'file too large');
    });
    const down = await flow.down({}, { sink });
    assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [3, 1, 0, 0]);
  });

  test('A file whose bytes are refused each time is told once that was tried often enough, and all others arrive', async () => {
    for (const code of ['EPERM', 'EACCES', 'EBUSY', 'EROFS'] as const) {
      for (const from of [-1, 4000]) {
        const flow = await filledFlow();
        const sink = faultySink(new MemorySink(flow.disk), ({ method, position = 0 }) => {
          if (method === 'write' && position > from) throw systemError(code, 'write');
        });
        const down = await flow.down({}, { sink });
        assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [3, 1, 0, 0], code);
        const [failed] = flow.told('failed');
        assert.deepEqual([failed?.path, failed?.reason], ['large', 'sink']);
        assert.match(failed!.message, new RegExp(code));
      }
    }
  });
});
