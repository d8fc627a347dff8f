import assert from 'node:assert/strict';
import { stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../test/support/folder.ts';

import { makeFolders } from './folder.ts';

test('A folder is made with all above it, also by several at once, and where it stands already', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'a/b/c');
  await Promise.all(Array.from({ length: 20 }, () => makeFolders(folder)));
  await makeFolders(folder);
  await makeFolders('/');
  await symlink(folder, join(root, 'link'));
  await makeFolders(join(root, 'link/d'));
  assert.ok((await stat(join(folder, 'd'))).isDirectory());
});

test('What stands in the way is told by the system’s error', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'file'), '');
  await symlink(join(root, 'nowhere/at/all'), join(root, 'dangling'));
  await assert.rejects(makeFolders(join(root, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeFolders(join(root, 'file/a/b')), { code: 'ENOTDIR' });
  await assert.rejects(makeFolders(join(root, 'dangling')), { code: 'EEXIST' });
  await assert.rejects(makeFolders(join(root, 'dangling/a')), { code: 'EEXIST' });
});

test('Where nothing can be made below a folder that stands, that ends with an error', async () => {
  // Elsewhere than on Linux it is the folder itself that is missing.
  const place = '/proc/sluice-test/a';
  await assert.rejects(makeFolders(place), { code: /^(ENOENT|EACCES|EROFS|EPERM)$/ });
});
