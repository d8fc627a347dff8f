// @ts-check
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** @param {string} name */
async function tokensOf(name) {
  const text = await readFile(new URL(`../../../web/${name}`, import.meta.url), 'utf8');
  const root = /:root \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return new Map(
    [...root.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

test('console: colours and sizes are those of the page for viewers', async () => {
  const [viewers, ours] = [await tokensOf('style.css'), await tokensOf('console/style.css')];
  const shared = [...ours.keys()].filter((name) => viewers.has(name));
  assert.ok(shared.length >= 9, shared.join(' '));
  for (const name of shared) assert.equal(ours.get(name), viewers.get(name), name);
});
