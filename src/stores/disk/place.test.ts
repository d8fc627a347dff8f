import assert from 'node:assert/strict';
import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { placeOf } from './place.ts';

test('A folder stays the same when it is moved, and a copy of it is another', async (t) => {
  const folder = await temporaryFolder(t);
  const [one, two, three] = ['one', 'two', 'three'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(one);
  const place = placeOf(one);
  assert.equal(placeOf(one), place);
  await cp(one, two, { recursive: true, preserveTimestamps: true });
  assert.notEqual(placeOf(two), place);
  await rename(one, three);
  assert.equal(placeOf(three), place);
});
