/** What dashboards and rules ask Prometheus for is there, and is asked for as what it is. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { boards } from '../../scripts/dashboards/boards.ts';
import { dashboardJson } from '../../scripts/dashboards/json.ts';
import { knownFigures, processFigures } from './known-figures.ts';
import { type Expression, readPromql } from './promql.ts';

const project = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, project), 'utf8');
const rules = await read('deploy/prometheus/rules.yaml');
const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name ?? '');
/** Prometheus' own, and what every target gets from it. */
const ofPrometheus: Readonly<Record<string, readonly string[]>> = {
  up: [],
  ALERTS: ['alertname', 'alertstate'],
};
const ofTargets = ['job', 'instance', 'le'];

const asked = [
  ...[...rules.matchAll(/expr: (?:'(.*)'|(.*))$/gm)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  ...boards.flatMap(({ rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ queries }) => queries.map(([text]) => text.replaceAll('{$of', '{job=~".*"'))),
    ),
  ),
].map((text) => text.replaceAll('$__rate_interval', '1m'));
const expressions: readonly (readonly [string, Expression])[] = asked.map((text) => [text, readPromql(text)]);

/** Its labels; undefined: there is no such series. */
function labelsOf(metric: string): readonly string[] | undefined {
  if (recorded.includes(metric) || processFigures.has(metric)) return [];
  const figure = knownFigures.get(metric.replace(/_bucket$/, '')) ?? knownFigures.get(metric);
  return figure === undefined || figure.isOld ? ofPrometheus[metric] : figure.labels;
}

test('dashboards are those that were generated', async () => {
  const folder = 'deploy/grafana/dashboards/';
  const names = boards.map(({ name }) => `${name}.json`);
  assert.deepEqual((await readdir(new URL(folder, project))).sort(), [...names].sort());
  for (const board of boards)
    assert.equal(
      await read(`${folder}${board.name}.json`),
      dashboardJson(board),
      `${board.name}: run npm run build:dashboards`,
    );
});

test('every series that a dashboard or a rule asks for exists, with the labels and values that it names', () => {
  assert.ok(expressions.length > 100);
  for (const [text, { selectors, grouped }] of expressions) {
    const labels = selectors.flatMap(({ metric }) => labelsOf(metric) ?? []);
    for (const label of grouped) assert.ok([...labels, ...ofTargets].includes(label), `${label} of ${text}`);
    for (const { metric, matchers } of selectors) {
      assert.notEqual(labelsOf(metric), undefined, `${metric} of ${text}`);
      for (const [label, values] of matchers) {
        assert.ok([...(labelsOf(metric) ?? []), ...ofTargets].includes(label), `${label} of ${text}`);
        const known = knownFigures.get(metric)?.values.get(label);
        for (const value of values)
          assert.ok(known === undefined || known.has(value), `${label}="${value}" of ${text}`);
      }
    }
  }
});

test('every label that a legend shows is there', () => {
  for (const { rows } of boards)
    for (const { title, queries } of rows.flatMap(({ panels }) => panels))
      for (const [text, legend] of queries) {
        const { selectors, grouped } = readPromql(
          text.replaceAll('{$of', '{job=~".*"').replaceAll('$__rate_interval', '1m'),
        );
        const isSummed = /^\(?(?:sum|count|histogram_quantile)\b/.test(text);
        const labels = isSummed ? grouped : selectors.flatMap(({ metric }) => labelsOf(metric) ?? []);
        for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
          assert.ok([...labels, ...(isSummed ? [] : ofTargets)].includes(label), `${label} of ${title}`);
      }
});

test('what only grows is looked at by its growth, and nothing else is', () => {
  for (const [text, { selectors }] of expressions)
    for (const { metric, within } of selectors) {
      const grows = /_(?:total|bucket)$/.test(metric);
      const isGrowth = within[0] === 'rate' || within[0] === 'increase';
      // What a process has counted since it began is growth too, while it is young.
      const sinceStart = text.includes('time() - process_start_time_seconds <');
      assert.ok(isGrowth === grows || (grows && sinceStart), `${metric} of ${text}`);
    }
});

test('panels say what they show, in the unit of the figures', () => {
  for (const { title: board, description, rows } of boards) {
    assert.match(description, /\.$/, board);
    for (const { title, description: words, unit, queries } of rows.flatMap(({ panels }) => panels)) {
      assert.match(words, /^[A-Z0-9].{20,}\.$/, title);
      for (const [text] of queries) {
        if (text.includes(' / ')) continue;
        const metric = /\w+(?=\{)/.exec(text)?.[0] ?? '';
        const name = metric.replace(/_(?:total|bucket)$/, '');
        if (/_seconds$/.test(name) && !text.startsWith('rate(')) assert.equal(unit, 's', title);
        if (/_bitrate$/.test(name)) assert.equal(unit, 'bps', title);
        if (/_bytes$/.test(name)) assert.equal(unit, metric === name ? 'bytes' : 'binBps', title);
      }
    }
  }
});
