import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, waitsOf } from './parts-watch.ts';

const date = (seconds: number) =>
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(1_790_000_000_000 + seconds * 1000).toISOString()}`;
const part = (name: string) => `#EXT-X-PART:DURATION=0.5,URI="${name}"`;

test('Parts have the dates of their segments, and what is missing between two programmes of an encoder is told', () => {
  const before = [date(0), part('a'), part('b'), '#EXTINF:1,', 's1'];
  const parts = [
    ...partsOf([...before, '#EXT-X-DISCONTINUITY', date(1.7), part('c'), part('d')].join('\n'), 0),
  ].map((each, index) => ({ ...each, at: [0, 500, 2300, 2700][index] ?? 0 }));
  assert.deepEqual(
    parts.map(({ uri, date, discontinuity }) => [uri, date - 1_790_000_000_000, discontinuity]),
    [
      ['a', 0, false],
      ['b', 500, false],
      ['c', 1700, true],
      ['d', 2200, true],
    ],
  );
  assert.deepEqual(waitsOf(parts), { longest: 1300, hole: 700, overlap: 0, discontinuities: 1 });
});
