import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { readTree } from './look.ts';

test('A tree has all that stands there, and leaves out one name of its own root alone', async (t) => {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, 'a', '.sluice'), { recursive: true });
  for (const path of ['.sluice', 'a/.sluice/file']) writeFileSync(join(folder, path), path);
  symlinkSync('a', join(folder, 'link'));
  const kinds = (leftOut?: string): string[] =>
    [...readTree(folder, new Map(), leftOut)].map(([path, { kind }]) => `${path} ${kind}`).sort();
  const others = ['a folder', 'a/.sluice folder', 'a/.sluice/file file', 'link other'];
  assert.deepEqual(kinds(), ['.sluice file', ...others]);
  assert.deepEqual(kinds('.sluice'), others);
});
