// @ts-check
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const web = new URL('../../../web/', import.meta.url);

/** @param {string} name */
async function tokensOf(name) {
  const text = await readFile(new URL(name, web), 'utf8');
  const root = /:root \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...root.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '']) => name);
}

/** @param {string} folder */
async function sheetsOf(folder) {
  const names = await readdir(new URL(folder, web));
  return names.filter((name) => name.endsWith('.css')).map((name) => `${folder}${name}`);
}

test('console: what both pages have in common stands once', async () => {
  const shared = await tokensOf('base.css');
  assert.ok(shared.length >= 9, shared.join(' '));
  for (const name of [...(await sheetsOf('')), ...(await sheetsOf('console/'))]) {
    if (name === 'base.css') continue;
    const again = (await tokensOf(name)).filter((token) => shared.includes(token));
    assert.deepEqual(again, [], name);
  }
});
