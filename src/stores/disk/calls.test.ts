import assert from 'node:assert/strict';
import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { DiskCalls } from './calls.ts';

for (const [what, calls] of [
  ['in place', new DiskCalls(true)],
  ['in the pool', new DiskCalls(false)],
] as const) {
  test(`A file is written, looked at, read and renamed by calls made ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    // Few bytes, and more than are ever copied in place.
    for (const bytes of [noise(5), noise(200_000)]) {
      const file = await calls.open(from, 'w', 0o600);
      await calls.write(file, bytes);
      await calls.setMode(file, 0o640);
      await calls.setTimes(file, '1000000000.5');
      await calls.sync(file);
      assert.equal((await calls.look(file)).size, BigInt(bytes.length));
      await calls.close(file);
      await calls.rename(from, to);
      assert.deepEqual(await readFile(to), bytes);
      const { mode, mtimeMs } = await stat(to);
      assert.deepEqual([mode & 0o777, mtimeMs], [0o640, 1_000_000_000_500]);
      const again = await calls.open(to, 'r');
      const into = Buffer.alloc(bytes.length);
      assert.equal(await calls.read(again, into.subarray(2), 2), bytes.length - 2);
      assert.deepEqual(into.subarray(2), bytes.subarray(2));
      assert.equal(await calls.read(again, into, bytes.length), 0);
      await calls.close(again);
    }
    await symlink(to, join(folder, 'link'));
    assert.ok((await calls.lookAt(join(folder, 'link'))).isSymbolicLink());
  });

  test(`What fails ${what} rejects with the system's own error`, async (t) => {
    const missing = join(await temporaryFolder(t), 'missing');
    await assert.rejects(calls.open(missing, 'r'), { code: 'ENOENT', syscall: 'open' });
    await assert.rejects(calls.lookAt(missing), { code: 'ENOENT', syscall: 'lstat' });
    await assert.rejects(calls.rename(missing, `${missing}-too`), { code: 'ENOENT', syscall: 'rename' });
  });
}

test('One slow call sends the next ones to the pool, for a while', async (t) => {
  const folder = await temporaryFolder(t);
  let now = 0;
  let callTakes = 1;
  const calls = new DiskCalls(true, () => {
    now += callTakes / 2;
    return now;
  });
  await calls.lookAt(folder);
  assert.ok(calls.isQuick);
  callTakes = 40;
  await calls.lookAt(folder);
  callTakes = 0;
  assert.ok(!calls.isQuick);
  await calls.lookAt(folder);
  now += 100;
  assert.ok(calls.isQuick);
});

test('Calls that are a little slow stay in place, unless there are many', async (t) => {
  const folder = await temporaryFolder(t);
  let now = 0;
  let callTakes = 0;
  const calls = new DiskCalls(true, () => {
    now += callTakes / 2;
    return now;
  });
  /** A call of 4 ms every so many milliseconds; how many there were until the pool is asked. */
  const slowCalls = async (every: number): Promise<number> => {
    for (let count = 0; count < 1000; count++) {
      callTakes = 0;
      if (!calls.isQuick) return count;
      callTakes = 8;
      await calls.lookAt(folder);
      now += every;
    }
    return Number.POSITIVE_INFINITY;
  };
  assert.equal(await slowCalls(100), Number.POSITIVE_INFINITY);
  const many = await slowCalls(0);
  assert.ok(many >= 2 && many <= 6, `${many} calls`);
});

test('A failure that took long counts as slow', async (t) => {
  const folder = await temporaryFolder(t);
  let now = 0;
  const calls = new DiskCalls(true, () => {
    now += 20;
    return now;
  });
  await assert.rejects(calls.open(join(folder, 'missing'), 'r'));
  assert.ok(!calls.isQuick);
});
