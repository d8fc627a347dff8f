import assert from 'node:assert/strict';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openDiskSink } from './sink.ts';
import { partsFolder } from './sink-memory.ts';

test('A link that stands where a clone is to be made leads nothing out of the folder', async (t) => {
  const [folder, elsewhere] = [await temporaryFolder(t), await temporaryFolder(t)];
  const sink = await openDiskSink(folder);
  const upload = '0'.repeat(31) + 1;
  const published = { upload, size: 5, digest: `sha256:${'0'.repeat(64)}` };
  await sink.publishWhole(Buffer.from('bytes'), 'shop/a', { mtime: '0', mode: 0o644 }, published);
  const theirs = join(elsewhere, 'theirs');
  await writeFile(theirs, 'theirs');
  const other = '0'.repeat(31) + 2;
  await symlink(theirs, join(folder, partsFolder, `${other}.clone`));
  const file = await sink.openPublished?.('shop/a');
  await file?.cloneTo?.(other);
  await file?.close();
  assert.equal(await readFile(theirs, 'utf8'), 'theirs');
  await sink.close();
});
