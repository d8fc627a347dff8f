/** What rules name is there: figures in the source and on the page, a runbook and a test of each alert. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { knownFigures as known } from './known-figures.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const [rules, cases, page] = await Promise.all(
  ['deploy/prometheus/rules.yaml', 'deploy/prometheus/rules.test.yaml', 'docs/metrics.md'].map(read),
);
const named = (text = '') => new Set(text.match(/\bsluice_[a-z_]+[a-z]\b/g));

test('every figure that a rule, its test or the page names exists, and the page has all of them', () => {
  for (const text of [rules, cases, page])
    assert.deepEqual(
      [...named(text)].filter((name) => !known.has(name)),
      [],
    );
  assert.deepEqual(
    [...known.keys()].filter((name) => !named(page).has(name)),
    [],
  );
  assert.ok(named(rules).size > 15);
});

test('what only grows is called so, and nothing else is', () => {
  for (const { name, type, isOld } of known.values())
    if (!isOld) assert.equal(name.endsWith('_total'), type === 'counter', name);
});

test('each alert has a runbook and a test', async () => {
  const alerts = [...(rules ?? '').matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');
  const tested = [...(cases ?? '').matchAll(/- name: (\w+)/g)].map(([, name]) => name);
  const books = await readdir(new URL('../../docs/runbooks', import.meta.url));
  assert.deepEqual(tested, alerts);
  assert.deepEqual(books.sort(), alerts.map((name) => `${name}.md`).sort());
  for (const name of alerts) assert.ok(rules?.includes(`runbook: docs/runbooks/${name}.md`), name);
});
