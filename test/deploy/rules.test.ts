/** What rules name is there: figures in the source and on the page, a runbook and a test of each alert. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ExportFigures } from '../../src/delivery/export/figures.ts';
import { DownloadFigures } from '../../src/files/run/download-figures.ts';
import { TransferFigures } from '../../src/files/run/transfer-figures.ts';
import { Board } from '../../src/live/ingest/board.ts';
import { ingestFigures } from '../../src/live/ingest/figures.ts';
import { PublishFigures } from '../../src/live/publish/figures.ts';
import { PushFigures } from '../../src/live/push/figures.ts';
import { RecordFigures } from '../../src/live/record/figures.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const [rules, cases, page] = await Promise.all(
  ['deploy/prometheus/rules.yaml', 'deploy/prometheus/rules.test.yaml', 'docs/metrics.md'].map(read),
);
const watched = [
  ...[new TransferFigures('upload'), new DownloadFigures(), new PublishFigures('s', 1)],
  ...[new PushFigures('s'), new ExportFigures('s'), new RecordFigures('s')],
];
const figures = [...watched.flatMap((one) => one.figures), ...ingestFigures(new Board())];
const known = new Set(figures.map(({ name }) => name));
const named = (text = '') => new Set(text.match(/\bsluice_[a-z_]+[a-z]\b/g));

test('every figure that a rule, its test or the page names exists, and the page has all of them', () => {
  for (const text of [rules, cases, page])
    assert.deepEqual(
      [...named(text)].filter((name) => !known.has(name)),
      [],
    );
  assert.deepEqual(
    [...known].filter((name) => !named(page).has(name)),
    [],
  );
  assert.ok(named(rules).size > 15);
});

test('what only grows is called so, and nothing else is', () => {
  for (const { name, kind } of figures) assert.equal(name.endsWith('_total'), kind === 'counter', name);
});

test('each alert has a runbook and a test', async () => {
  const alerts = [...(rules ?? '').matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');
  const tested = [...(cases ?? '').matchAll(/- name: (\w+)/g)].map(([, name]) => name);
  const books = await readdir(new URL('../../docs/runbooks', import.meta.url));
  assert.deepEqual(tested, alerts);
  assert.deepEqual(books.sort(), alerts.map((name) => `${name}.md`).sort());
  for (const name of alerts) assert.ok(rules?.includes(`runbook: docs/runbooks/${name}.md`), name);
});
