import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openDiskSink } from './sink.ts';

const published = { upload: '0'.repeat(32), size: 1, digest: 'md5:c4ca4238a0b923820dcc509a6f75849b' };

test('Times are restored to the microsecond, those before 1970 too', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const times = [
    '1790000000123000000',
    '1790000000123456789',
    '1795174463298999999',
    '0',
    '999',
    '-1',
    '-551583758001447000',
    '-827902374694423999',
  ];
  for (const mtime of times) {
    await sink.publishWhole(Buffer.from('1'), 'u/f', { mtime, mode: 0o644 }, published);
    const { mtimeNs } = await stat(join(folder, 'u/f'), { bigint: true });
    assert.equal(microseconds(mtimeNs), microseconds(BigInt(mtime)), mtime);
    assert.deepEqual(await sink.published('u/f'), published);
  }
});

function microseconds(nanoseconds: bigint): bigint {
  return (nanoseconds - (((nanoseconds % 1000n) + 1000n) % 1000n)) / 1000n;
}
