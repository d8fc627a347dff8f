import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { digestOf } from '../../records/checksum.ts';
import { SinkLostError } from '../sink-lost.ts';
import { DiskCalls } from './calls.ts';
import { openDiskSink } from './sink.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };
const published = { upload: '1'.repeat(32), size: 1, digest: digestOf('md5', Buffer.from('x')) };

test('Where another disk stands than at the start, as after unmounting, it is waited for and nothing is made there', async (t) => {
  const folder = await temporaryFolder(t);
  const calls = new DiskCalls(true);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  await rm(join(folder, '.sluice'), { recursive: true });
  const lookAt = calls.lookAt.bind(calls);
  calls.lookAt = async (path) => {
    const stats = await lookAt(path);
    if (path === folder) stats.dev += 1n;
    return stats;
  };
  const isAway = (error: NodeJS.ErrnoException): boolean =>
    error.code === 'ENODEV' && error.errno !== undefined && /another disk stands at/.test(error.message);
  const calling = [
    () => sink.publishWhole(Buffer.from('x'), 'shop/a', look, published),
    () => sink.part('2'.repeat(32)).write(Buffer.from('x'), 0),
    () => sink.checkpoint([]),
  ];
  for (const call of calling) await assert.rejects(call, isAway);
  assert.deepEqual(await readdir(folder), []);
  calls.lookAt = lookAt;
  for (const call of calling) await assert.rejects(call, SinkLostError);
});
