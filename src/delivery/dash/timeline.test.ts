import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedSegment } from './runs.ts';
import { timelineOf, withoutHoles } from './timeline.ts';

type Row = readonly [media: number, time: number, duration: number];

const segment = ([media, time, duration]: Row): ListedSegment => {
  return { epoch: 1, media, gap: false, timescale: 10, time, duration, captured: 0, closed: true };
};
const rowOf = ({ media, time, duration }: ListedSegment): Row => [media, time, duration];

test('Neighbours of one length are counted, as long as each begins where the one before ends', () => {
  const rows: readonly (readonly [segments: Row[], entries: object[]])[] = [
    [[], []],
    [[[0, 7, 5]], [{ t: 7, d: 5 }]],
    [
      [
        [0, 0, 5],
        [1, 5, 5],
      ],
      [{ t: 0, d: 5, r: 1 }],
    ],
    [
      [
        [0, 10, 5],
        [1, 15, 5],
        [2, 20, 5],
        [3, 25, 5],
      ],
      [{ t: 10, d: 5, r: 3 }],
    ],
    [
      [
        [0, 0, 5],
        [1, 5, 4],
        [2, 9, 4],
        [3, 13, 5],
      ],
      [
        { t: 0, d: 5 },
        { t: 5, d: 4, r: 1 },
        { t: 13, d: 5 },
      ],
    ],
    // A pause, and an overlap.
    [
      [
        [0, 0, 5],
        [1, 6, 5],
        [2, 11, 5],
      ],
      [
        { t: 0, d: 5 },
        { t: 6, d: 5, r: 1 },
      ],
    ],
    [
      [
        [0, 0, 5],
        [1, 5, 5],
        [2, 9, 5],
      ],
      [
        { t: 0, d: 5, r: 1 },
        { t: 9, d: 5 },
      ],
    ],
  ];
  for (const [segments, entries] of rows) assert.deepEqual(timelineOf(segments.map(segment)), entries);
});

test('Numbers that nobody has share the time between their neighbours', () => {
  const rows: readonly (readonly [segments: Row[], told: Row[]])[] = [
    [[], []],
    [
      [
        [3, 0, 5],
        [4, 5, 5],
      ],
      [
        [3, 0, 5],
        [4, 5, 5],
      ],
    ],
    [
      [
        [3, 0, 5],
        [5, 12, 5],
      ],
      [
        [3, 0, 5],
        [4, 5, 7],
        [5, 12, 5],
      ],
    ],
    [
      [
        [3, 0, 5],
        [6, 16, 5],
      ],
      [
        [3, 0, 5],
        [4, 5, 5],
        [5, 10, 5],
        [6, 16, 5],
      ],
    ],
    // There is no time between them: an entry of a SegmentTimeline lasts one tick at least.
    [
      [
        [3, 0, 5],
        [5, 5, 5],
      ],
      [
        [3, 0, 5],
        [4, 5, 1],
        [5, 5, 5],
      ],
    ],
    // Numbers that do not rise have no holes.
    [
      [
        [3, 0, 5],
        [3, 5, 5],
        [2, 10, 5],
      ],
      [
        [3, 0, 5],
        [3, 5, 5],
        [2, 10, 5],
      ],
    ],
  ];
  for (const [segments, told] of rows) assert.deepEqual(withoutHoles(segments.map(segment)).map(rowOf), told);
  const [, hole] = withoutHoles([segment([3, 0, 5]), segment([5, 12, 5])]);
  assert.deepEqual(hole, { ...segment([4, 5, 7]), gap: true });
});
