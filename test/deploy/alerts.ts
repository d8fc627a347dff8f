/** `npm run test:alerts`: each alert is made to fire by its fault, before a real Prometheus, and clears when that is mended. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { boards } from '../../scripts/dashboards/boards.ts';
import { type Fault, playFault, type Row } from './alerts/fault.ts';
import { type Ground, openGround } from './alerts/ground.ts';
import * as files from './alerts/of-files.ts';
import * as live from './alerts/of-live.ts';
import { scaledRules } from './alerts/scaled-rules.ts';
import { readPromql } from './promql.ts';

const rules = await readFile(new URL('../../deploy/prometheus/rules.yaml', import.meta.url), 'utf8');

test('rules in shorter time are the same rules', () => {
  const shorter = scaledRules(rules);
  const without = (text: string) => text.replace(/\d+(?:ms|[smh])|(?<=[<>] |, )[\d.]+/g, 'N');
  assert.equal(without(shorter), without(rules));
  assert.match(shorter, /time\(\) - sluice_publish_last_success_timestamp_seconds > 3 or .*\n\s+for: 3000ms/);
  assert.match(shorter, /sluice_download_retention_left_seconds < 120'/);
  assert.match(shorter, /predict_linear\(sluice_download_headroom_records\[60000ms\], 120\) < 0/);
});

const faults: Readonly<Record<string, (t: TestContext, ground: Ground) => Promise<Fault>>> = {
  ...files,
  ...live,
};
/** Names of faults; default: all. */
const wanted = process.env.SLUICE_FAULTS?.split(',') ?? Object.keys(faults);
// Commands that are started warn of variables of ours that they do not know.
delete process.env.SLUICE_FAULTS;

test('each alert fires by its fault, and clears; no panel is empty where there is something to be shown', async (t) => {
  const ground = await openGround(t);
  const began = Date.now();
  const caused = new Set<string>();
  // One after the other: what is late because others work is no fault.
  for (const name of wanted)
    await t.test(name, async (own) => {
      const fault = await faults[name]!(own, ground.of(own));
      for (const [alert] of fault.alerts) caused.add(alert);
      for (const row of await playFault(ground.prometheus, fault)) tell(row);
    });
  // What shows faults alone is empty where few are made.
  if (wanted.length < Object.keys(faults).length) return;
  await checkPanels(ground, Math.ceil((Date.now() - began) / 1000));
  const named = [...rules.matchAll(/- alert: (\w+)/g)].map(([, alert = '']) => alert);
  assert.deepEqual([...caused].sort(), [...named].sort(), 'each alert has a fault');
});

function tell({ alert, what, scale, fired, cleared }: Row): void {
  console.log(`| ${alert} | ${what} | ${scale} | ${fired} | ${cleared} |`);
}

/** Every expression of the dashboards is evaluated over the whole run. */
async function checkPanels({ prometheus }: Ground, seconds: number): Promise<void> {
  const empty: string[] = [];
  const unseen = new Set<string>();
  for (const { title: board, rows } of boards)
    for (const { title, queries } of rows.flatMap(({ panels }) => panels))
      for (const [text] of queries) {
        const expression = text.replaceAll('{$of', '{job=~"sluice.*"').replaceAll('$__rate_interval', '15s');
        const metrics = readPromql(expression).selectors.map(({ metric }) => metric);
        let isThere = true;
        for (const metric of metrics)
          if ((await prometheus.samples(metric, seconds)) === 0) {
            isThere = false;
            unseen.add(metric);
          }
        // What filters (`... == 1`) shows what is amiss, and no fault has all of it amiss.
        const all = expression.replace(/ (?:[=!]=|[<>]=?) [\d.]+$/, '');
        if (isThere && (await prometheus.samples(all, seconds)) === 0)
          empty.push(`${board}, ${title}: ${expression}`);
      }
  console.log(`figures that had no value in this run: ${[...unseen].join(', ') || 'none'}`);
  assert.deepEqual(empty, []);
}
