/** The page of the command line is checked against the events that are told. `options.test.ts` does the same with flags. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const read = (name: string) => readFile(new URL(`../files/shared/${name}`, import.meta.url), 'utf8');
const events = (await read('events.ts')) + (await read('tree-events.ts'));

test('docs/cli.md has every event', () => {
  const types = [...events.matchAll(/readonly type: '([a-z-]+)'/g)].map(([, type]) => type);
  assert.ok(types.length > 10);
  for (const type of types) assert.ok(page.includes(`\`${type}\``), type);
});
