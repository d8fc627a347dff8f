import assert from 'node:assert/strict';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { plainDiskReader } from './plain-reader.ts';

test('Whole files of a folder are read, and nothing that a link leads to, or that is too large', async (t) => {
  const root = await temporaryFolder(t);
  const place = { store: 'disk', path: join(root, 'out') } as const;
  const { signal } = new AbortController();
  const read = (name: string, most = 100) => plainDiskReader.read(place, name, most, signal);
  assert.equal(await read('a'), undefined, 'the folder is not there');
  await mkdir(join(root, 'out', 'main'), { recursive: true });
  await writeFile(join(root, 'out', 'main', 'seg'), 'bytes');
  await writeFile(join(root, 'secret'), 'secret');
  await symlink(join(root, 'secret'), join(root, 'out', 'main', 'link'));
  await symlink(root, join(root, 'out', 'folder'));
  assert.equal(String(await read('main/seg')), 'bytes');
  assert.equal(await read('main/none'), undefined);
  assert.equal(await read('main/seg/none'), undefined);
  assert.equal(await plainDiskReader.has(place, 'main/seg'), true);
  assert.equal(await plainDiskReader.has(place, 'main/none'), false);
  for (const name of ['main/link', 'folder/secret', 'main'])
    await assert.rejects(read(name), { name: 'StoreFault', scope: 'name' }, name);
  await assert.rejects(read('main/seg', 4), { code: 'EFBIG' });
  // The folder itself may be named by a link: whoever named it meant that.
  await symlink(join(root, 'out'), join(root, 'named'));
  assert.equal(
    String(await plainDiskReader.read({ store: 'disk', path: join(root, 'named') }, 'main/seg', 9, signal)),
    'bytes',
  );
});

test('A file that is replaced all the time is read as it was at some moment', async (t) => {
  const root = await temporaryFolder(t);
  const place = { store: 'disk', path: root } as const;
  await writeFile(join(root, 'head'), 'bytes');
  let isOver = false;
  const replacing = (async () => {
    while (!isOver) {
      await writeFile(join(root, 'new'), 'bytes');
      await rename(join(root, 'new'), join(root, 'head'));
    }
  })();
  const { signal } = new AbortController();
  try {
    for (let count = 0; count < 500; count += 1)
      assert.equal(String(await plainDiskReader.read(place, 'head', 100, signal)), 'bytes');
  } finally {
    isOver = true;
    await replacing;
  }
});
