import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/support/folder.ts';
import { compareTrees } from './compare.ts';

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    await utimes(join(folder, path), 1000, 1000);
  }
}

test('equal trees are equal, and counted', async (t) => {
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  const files = { 'a/b.txt': 'bytes', empty: '', '写真.jpg': 'x' };
  await write(from, files);
  await write(to, files);
  assert.deepEqual(await compareTrees(from, to), { files: 3, bytes: 6, differences: [] });
});

test('every kind of difference is named', async (t) => {
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await write(from, { bytes: 'one', missing: 'x', time: 't' });
  await write(to, { bytes: 'two', time: 't', more: 'x' });
  await utimes(join(to, 'time'), 1000, 1001);
  assert.deepEqual((await compareTrees(from, to)).differences.toSorted(), [
    'bytes has other bytes in the copy',
    'missing is missing in the copy',
    'more stands only in the copy',
    'time has another time in the copy',
  ]);
});
