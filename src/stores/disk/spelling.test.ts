import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { foldedBy, probeSpelling } from './spelling.ts';

test('Spellings of one name fold to one, and others do not', () => {
  const fat = { caseInsensitive: true, dropsDots: true };
  const one = ['shop/Mes cousins pref./a', 'shop/mes cousins pref/A', 'shop/MES COUSINS PREF../a.'];
  for (const name of one) assert.equal(foldedBy(fat, name), 'shop/mes cousins pref/a');
  const apple = { caseInsensitive: true, dropsDots: false };
  assert.notEqual(foldedBy(apple, 'shop/a.'), foldedBy(apple, 'shop/A'));
  const odd = { caseInsensitive: false, dropsDots: true };
  assert.notEqual(foldedBy(odd, 'shop/A.'), foldedBy(odd, 'shop/a'));
  assert.equal(foldedBy(odd, 'shop/a.'), foldedBy(odd, 'shop/a'));
  assert.equal(foldedBy(fat, 'shop/a.b'), 'shop/a.b');
  assert.equal(foldedBy({ caseInsensitive: false, dropsDots: false }, 'shop/a.'), null);
});

test('What a folder’s file system does is found out, and nothing is left of it', async (t) => {
  const folder = await temporaryFolder(t);
  const spelling = await probeSpelling(folder);
  if (process.platform === 'linux') assert.deepEqual(spelling, { caseInsensitive: false, dropsDots: false });
  assert.deepEqual(await readdir(folder), []);
});
