import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { freeSpaceAt, leastSpaceAt } from './space.ts';

test('Of folders on several file systems the fullest counts, for what is full is what keeps files out', async () => {
  const here = await freeSpaceAt(tmpdir());
  assert.ok(here.bytes > 0);
  assert.equal((await leastSpaceAt([tmpdir()])).files, here.files);
  // A file system that has no room at all.
  for (const folders of [
    [tmpdir(), '/proc'],
    ['/proc', tmpdir()],
  ])
    assert.equal((await leastSpaceAt(folders)).bytes, 0);
});
