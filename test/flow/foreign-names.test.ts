import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RefusingCalls } from '../support/refusing-calls.ts';

test('A name that the sink’s file system does not have fails by that name, in whatever words, and nothing waits', async (t) => {
  for (const code of ['EINVAL', 'EPERM', 'EACCES', 'ENOENT', 'EILSEQ', 'ENAMETOOLONG']) {
    const flow = new Flow();
    for (const path of ['plain', 'a:b?', 'folder:?/in it', 'later/plain']) {
      flow.source.write(`large/${path}`, noise(5000));
      flow.source.write(`packed/${path}`, noise(100));
    }
    await flow.up({ packBelow: 200 });
    const folder = await temporaryFolder(t);
    const calls = new RefusingCalls((call, args) => {
      const path = String(call === 'rename' ? args[1] : args[0]);
      return ['open', 'rename', 'makeFolder'].includes(call) && path.includes(':') ? code : undefined;
    });
    const down = await flow.down({}, { sink: await openDiskSink(folder, { calls }) });
    assert.deepEqual([down.files, down.failed], [4, 4], code);
    const failed = flow.told('failed').map(({ path, message }) => [path, message.includes(code)]);
    assert.deepEqual(failed.toSorted(), [
      ['large/a:b?', true],
      ['large/folder:?/in it', true],
      ['packed/a:b?', true],
      ['packed/folder:?/in it', true],
    ]);
    assert.deepEqual(flow.told('waiting'), []);
    assert.deepEqual((await readdir(join(folder, 'shop/large'))).toSorted(), ['later', 'plain']);
  }
});
