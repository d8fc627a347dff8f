import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reports } from './reports.ts';

const report = { stream: 'cam', watched: 30, stalled: 1.5, stalls: 2 };

async function sums(reports: Reports): Promise<Record<string, unknown>> {
  const figures = reports.figures.map(async ({ name, value }) => [name, await value()] as const);
  return Object.fromEntries(await Promise.all(figures));
}

test('Reports are added up by stream, and what is none is counted as that', async () => {
  const reports = new Reports(() => 0);
  const isThere = (stream: string) => stream !== 'gone';
  const cases: readonly (readonly [unknown, string])[] = [
    [JSON.stringify(report), 'taken'],
    [{ ...report, stalls: 0 }, 'taken'],
    [JSON.stringify({ ...report, stream: 'door' }), 'taken'],
    [{ ...report, stream: 'gone' }, 'unknown'],
    ['{"stream":', 'unreadable'],
    [undefined, 'unreadable'],
    [{ ...report, watched: 61 }, 'unreadable'],
    [{ ...report, stalled: 31 }, 'unreadable'],
    [{ ...report, stalls: 1.5 }, 'unreadable'],
    [{ ...report, viewer: 'me' }, 'unreadable'],
  ];
  for (const [body, outcome] of cases) assert.equal(reports.take('a', body, isThere), outcome, String(body));
  assert.deepEqual(await sums(reports), {
    sluice_serve_watched_seconds_total: [
      [{ stream: 'cam' }, 60],
      [{ stream: 'door' }, 30],
    ],
    sluice_serve_stalled_seconds_total: [
      [{ stream: 'cam' }, 3],
      [{ stream: 'door' }, 1.5],
    ],
    sluice_serve_stalls_total: [
      [{ stream: 'cam' }, 2],
      [{ stream: 'door' }, 2],
    ],
    sluice_serve_reports_total: [
      [{ outcome: 'taken' }, 3],
      [{ outcome: 'unreadable' }, 6],
      [{ outcome: 'unknown' }, 1],
      [{ outcome: 'too-many' }, 0],
    ],
  });
});

test('Of one address and program some are believed, and others as before', () => {
  let now = 0;
  const reports = new Reports(() => now);
  const taken = (player: string) => reports.take(player, report, () => true) === 'taken';
  const many = Array.from({ length: 100 }, () => taken('a')).filter(Boolean);
  assert.equal(many.length, 30);
  assert.equal(taken('b'), true);
  now = 1000;
  assert.deepEqual([taken('a'), taken('a')], [true, false]);
});

test('Of more streams than are counted those of which was heard last are', async () => {
  let now = 0;
  const reports = new Reports(() => now);
  const take = (stream: string) => {
    now += 1000;
    return reports.take('a', { ...report, stream }, () => true);
  };
  for (let day = 0; day < 1000; day++) take(`day-${day}`);
  take('day-0');
  assert.equal(take('day-1000'), 'taken');
  const { sluice_serve_stalls_total: told } = await sums(reports);
  const streams = new Map((told as [{ stream: string }, number][]).map(([{ stream }, sum]) => [stream, sum]));
  assert.equal(streams.size, 1000);
  assert.deepEqual(
    ['day-1000', 'day-0', 'day-1', 'day-2'].map((stream) => streams.get(stream)),
    [2, 4, undefined, 2],
  );
});
