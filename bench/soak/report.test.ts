import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveAccount } from './live-account.ts';
import { type Plan, planted } from './planted.ts';
import { plot } from './plot.ts';
import { faultsOf, report } from './report.ts';
import type { SoakResult } from './soak.ts';

const heading = { date: '2026-01-01', machine: 'a machine', options: '', picture: 'soak.svg' };

function resultOf(more: Partial<SoakResult> = {}, plan: Plan = { spread: 4 }): SoakResult {
  const live = Object.assign(new LiveAccount(), { records: 9, epochs: 1, hasEnded: true });
  return {
    minutes: 60,
    series: [{ of: 'uploader', figure: 'resident', unit: 'MB', samples: planted(plan) }],
    files: { made: 5, arrived: 5, wrong: 0, late: 0, bytes: 100, longest: 1 },
    different: [],
    live,
    seen: { joined: 1, bytes: 1, parts: 1, failures: new Map() },
    restarts: [300],
    exitCodes: new Map([
      ['uploader', 130],
      ['server', 0],
    ]),
    temporaryFiles: 0,
    ...more,
  };
}

test('A run without a fault is good, and its page says so', () => {
  const { page, isGood } = report(resultOf(), heading);
  assert.ok(isGood, page);
  assert.match(page, /Lost or wrong: nothing\./);
  assert.match(page, /\| uploader \| resident, MB \|.*\| flat \|/);
});

test('Every kind of loss is a fault of the run', () => {
  const good = resultOf();
  const live = (more: Partial<LiveAccount>) => Object.assign(new LiveAccount(), good.live, more);
  const bad: readonly Partial<SoakResult>[] = [
    { different: ['small/1.bin'] },
    { files: { ...good.files, arrived: 4 } },
    { files: { ...good.files, wrong: 1 } },
    { files: { ...good.files, made: 0, arrived: 0 } },
    { live: live({ missing: 1 }) },
    { live: live({ wentBack: 1 }) },
    { live: live({ gaps: 1 }) },
    { live: live({ hasEnded: false }) },
    { live: live({ records: 0 }) },
    { seen: { ...good.seen, parts: 0 } },
    { temporaryFiles: 1 },
    { exitCodes: new Map([['uploader', 3]]) },
    { exitCodes: new Map([['downloader', null]]) },
  ];
  for (const more of bad) {
    assert.equal(faultsOf(resultOf(more)).length, 1, JSON.stringify(more));
    assert.ok(!report(resultOf(more), heading).isGood);
  }
});

test('A series that grows makes the run a bad one, by name', () => {
  const { page, isGood } = report(resultOf({}, { leakPerHour: 60, spread: 4 }), heading);
  assert.ok(!isGood);
  assert.match(page, /Growing by more than noise: uploader's resident\./);
});

test('The picture has every series as a line, every restart as a mark, and no foreign markup', () => {
  const { series } = resultOf();
  const picture = plot('<all> & more', series, [300, 600]);
  assert.equal(picture.match(/<polyline /g)?.length, 1);
  assert.equal(picture.match(/stroke-dasharray/g)?.length, 2);
  assert.match(picture, /&lt;all&gt; &amp; more/);
  assert.doesNotMatch(picture, /NaN|undefined/);
});
