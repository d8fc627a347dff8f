import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOf, firstKept, firstListed, windowDefaults } from './limits.ts';

const second = 1_000_000;
type Measured = Parameters<typeof firstListed>[0][number];

/** So many closed segments of so many ticks, oldest first. */
const closed = (count: number, duration = 1, timescale = 1): Measured[] =>
  Array.from({ length: count }, () => ({ closed: true, duration, timescale }));
const open: Measured = { closed: false, duration: 1, timescale: 1 };

test('Playlists list as long as is wished, three target durations and six segments at least', () => {
  const rows: readonly (readonly [
    what: string,
    Measured[],
    target: number,
    listed: number,
    first: number,
  ])[] = [
    ['as long as is wished', closed(50), second, 30 * second, 20],
    ['six segments', closed(50), second, 2 * second, 44],
    ['three target durations', closed(50), 4 * second, 5 * second, 38],
    ['what there is', closed(5), second, 30 * second, 0],
    ['just enough', closed(30), second, 30 * second, 0],
    ['none', [], second, 30 * second, 0],
    ['the open one is not counted', [...closed(50), open], second, 8 * second, 42],
    ['open ones between', [...closed(20), open, ...closed(5)], second, 8 * second, 17],
    ['sums of fractions', closed(50, 1, 3), second, 5 * second, 35],
    ['a microsecond more', closed(50, 1, 3), second, 5 * second + 1, 35],
    ['two more', closed(50, 1, 3), second, 5 * second + 2, 34],
  ];
  for (const [what, segments, target, listed, first] of rows)
    assert.equal(firstListed(segments, target, listed), first, what);
});

test('What was listed is kept for three target durations more, and while the next one grows', () => {
  const rows: readonly (readonly [
    what: string,
    Measured[],
    target: number,
    listed: number,
    first: number,
  ])[] = [
    ['four target durations more', closed(50), second, 30 * second, 16],
    ['four segments more', closed(50), second, second, 40],
    ['of the least that is listed', closed(50), 4 * second, second, 22],
    ['what there is', closed(20), second, 30 * second, 0],
  ];
  for (const [what, segments, target, listed, first] of rows)
    assert.equal(firstKept(segments, target, listed), first, what);
});

test('Durations are microseconds; half a minute is listed, and 64 MiB of a rendition are kept', () => {
  assert.equal(durationOf({ duration: 30_720, timescale: 15_360 }), 2 * second);
  assert.deepEqual(windowDefaults, { listed: 30 * second, bytes: 67_108_864 });
});
