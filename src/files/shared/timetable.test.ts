import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOf, isTimeZone } from './local-time.ts';
import { parseTimetable, ratesAt } from './timetable.ts';

const kibi = 1024;
const mebi = 1024 * 1024;

function rate(text: string): number | 'off' | undefined {
  const table = parseTimetable(text);
  return table && (ratesAt(table, { day: 3, minute: 600 }).up ?? 'off');
}

test('one rate is for all times', () => {
  for (const [text, bytes] of [
    ['2M', 2 * mebi],
    ['2m', 2 * mebi],
    ['2Mi', 2 * mebi],
    ['2MiB', 2 * mebi],
    ['2MB', 2_000_000],
    ['512k', 512 * kibi],
    ['64kB', 64_000],
    ['1.5G', 1.5 * 1024 * mebi],
    ['800B', 800],
    ['off', 'off'],
    ['OFF', 'off'],
    ['0', 'off'],
  ] as const)
    assert.equal(rate(text), bytes, text);
});

test('what could be understood in two ways, or in none, is refused', () => {
  for (const text of [
    '',
    ' ',
    '512',
    '1000000',
    '-1M',
    '1X',
    'bad',
    '1M:',
    '1M:2M:3M',
    '0.1B',
    '8:00,1M',
    '24:00,1M',
    '08:60,1M',
    '08:00',
    '08:00,',
    ',1M',
    'Mon-,1M',
    'Foo-08:00,1M',
    'Mon-08:00,1M,2M',
    '1M 2M',
    '08:00,1M 2M',
  ])
    assert.equal(parseTimetable(text), undefined, text);
});

test('an entry holds until the next, of the same day or another, and over the end of the week', () => {
  const table = parseTimetable('Mon-08:00,512k 18:00,10M Sat-00:00,off')!;
  const at = (day: number, hour: number, minute = 0) =>
    ratesAt(table, { day, minute: hour * 60 + minute }).up;
  for (const [day, hour, minute, bytes] of [
    [0, 0, 0, 10 * mebi],
    [1, 7, 59, 10 * mebi],
    [1, 8, 0, 512 * kibi],
    [1, 17, 59, 512 * kibi],
    [1, 18, 0, 10 * mebi],
    [3, 12, 0, 10 * mebi],
    [5, 23, 59, 10 * mebi],
    [6, 0, 0, undefined],
    [6, 17, 59, undefined],
    [6, 18, 0, 10 * mebi],
  ] as const)
    assert.equal(at(day, hour, minute), bytes, `${day} ${hour}:${minute}`);
});

test('days have long and short names, entries stand in any order, and semicolons part them as well', () => {
  const table = parseTimetable('friday-20:00,1M;MON-08:00,2M ; Sun-00:00,3M')!;
  assert.deepEqual(
    table.map(({ from, up }) => [from, up! / mebi]),
    [
      [0, 3],
      [1440 + 480, 2],
      [5 * 1440 + 1200, 1],
    ],
  );
});

test('the directions may have rates of their own', () => {
  const [entry] = parseTimetable('10M:off')!;
  assert.deepEqual([entry!.up, entry!.down], [10 * mebi, undefined]);
});

test('clocks of a zone show what people there see, on both sides of a change', () => {
  const clock = clockOf('Europe/Berlin');
  for (const [time, day, minute] of [
    ['2026-03-29T00:59Z', 0, 119],
    ['2026-03-29T01:00Z', 0, 180],
    ['2026-10-25T00:59Z', 0, 179],
    ['2026-10-25T01:00Z', 0, 120],
    ['2026-12-31T23:30Z', 5, 30],
  ] as const)
    assert.deepEqual(clock(Date.parse(time)), { day, minute }, time);
  const here = new Date(2026, 6, 1, 13, 45);
  assert.deepEqual(clockOf()(here.getTime()), { day: 3, minute: 13 * 60 + 45 });
  assert.deepEqual(
    ['Europe/Berlin', 'UTC', 'Europe/Berlim', ''].map((name) => isTimeZone(name)),
    [true, true, false, false],
  );
});
