/** The page of the command line is checked against the command line itself. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createProgram } from './program.ts';

const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const events = await readFile(new URL('../files/shared/events.ts', import.meta.url), 'utf8');

test('docs/cli.md has every verb and every flag', () => {
  for (const verb of createProgram('0').commands) {
    assert.ok(page.includes(`sluice ${verb.name()}`), verb.name());
    // The broker has a page of its own.
    if (verb.name() === 'broker') continue;
    for (const { long } of verb.options) assert.ok(page.includes(`\`${long}`), `${verb.name()} ${long}`);
  }
});

test('docs/cli.md has every event', () => {
  const types = [...events.matchAll(/readonly type: '([a-z-]+)'/g)].map(([, type]) => type);
  assert.ok(types.length > 10);
  for (const type of types) assert.ok(page.includes(`\`${type}\``), type);
});

test('each flag of a verb has a help of its own, and settings do not collide', () => {
  for (const verb of createProgram('0').commands) {
    const names = verb.options.map((option) => option.name());
    assert.equal(new Set(names).size, names.length);
    for (const { description, long } of verb.options)
      assert.ok(description.length > 5, `${verb.name()} ${long}`);
  }
});
