import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginOf, inOrder, type ListedSegment, numberAtZero, oldestOf, type Run, runsOf } from './runs.ts';

type Row = readonly [media: number, time: number, lasts: number];

/** Times in seconds. */
const segment = ([media, time, lasts]: Row, epoch = 1): ListedSegment => {
  const timescale = 1_000_000;
  const ticks = { time: time * timescale, duration: lasts * timescale };
  return { epoch, media, gap: false, timescale, ...ticks, captured: 0 };
};

const runOf = (rows: readonly Row[]): Run => {
  const segments = rows.map((row) => segment(row));
  return { segments, first: segments[0]!, last: segments.at(-1)! };
};

test('Segments make a run as long as one goes on behind the other', () => {
  const media = [3, 4, 5, 7, 9, 10];
  const runs = runsOf(
    media.map((number) => segment([number, 0, 1])),
    (one, next) => next.media === one.media + 1,
  );
  assert.deepEqual(
    runs.map(({ first, last, segments }) => [first.media, last.media, segments.length]),
    [
      [3, 5, 3],
      [7, 7, 1],
      [9, 10, 2],
    ],
  );
  assert.deepEqual(
    runsOf([], () => true),
    [],
  );
});

test('Of runs that a clock put behind what follows them nothing is told', () => {
  const starts = (...all: readonly number[]) =>
    inOrder(all.map((start) => ({ start }))).map(({ start }) => start);
  assert.deepEqual(starts(), []);
  assert.deepEqual(starts(1, 2, 3), [1, 2, 3]);
  assert.deepEqual(starts(1, 10, 2, 3), [1, 2, 3]);
  assert.deepEqual(starts(10, 11, 2), [2]);
  assert.deepEqual(starts(1, 3, 3), [1, 3]);
});

test('The oldest segment of an epoch is found among any number of them', () => {
  for (let count = 0; count < 40; count += 1) {
    // Epochs 1, 3, 5, ... of one, two, three segments.
    const segments = Array.from({ length: count }, (_, index) =>
      segment([index, 0, 1], 2 * Math.floor(Math.sqrt(2 * index + 0.25) - 0.5) + 1),
    );
    for (let epoch = 0; epoch < 20; epoch += 1)
      assert.equal(
        oldestOf(segments, epoch),
        segments.find((one) => one.epoch === epoch),
        `${epoch} of ${count}`,
      );
  }
});

test('An epoch began when its media time was 0, to the millisecond', () => {
  const one = { ...segment([9, 0, 1]), timescale: 15_360, time: 30_720, captured: 1_790_000_000_123_456 };
  assert.equal(beginOf(one), 1_789_999_998.123);
  assert.equal(beginOf({ ...one, captured: 1_790_000_000_123_500 }), 1_789_999_998.124);
});

test('A player may count by the clock where every segment begins and ends where the target says', () => {
  const rows: readonly (readonly [what: string, Row[], number | undefined, (Row | undefined)?, number?])[] = [
    [
      'from 0',
      [
        [0, 0, 2],
        [1, 2, 2],
        [2, 4, 2],
      ],
      0,
    ],
    [
      'later',
      [
        [5, 10, 2],
        [6, 12, 2],
      ],
      0,
    ],
    [
      'numbers that went on from another epoch',
      [
        [8, 0, 2],
        [9, 2, 2],
      ],
      8,
    ],
    [
      'the same, later',
      [
        [10, 4, 2],
        [11, 6, 2],
      ],
      8,
    ],
    [
      'a last one that is short, for it grows',
      [
        [0, 0, 2],
        [1, 2, 0.4],
      ],
      0,
    ],
    [
      'one that is short before it',
      [
        [0, 0, 0.4],
        [1, 2, 2],
      ],
      undefined,
    ],
    [
      'one that begins late',
      [
        [0, 0, 2],
        [1, 2.06, 2],
        [2, 4, 2],
      ],
      undefined,
    ],
    [
      'one that begins early',
      [
        [0, 0, 1.94],
        [1, 1.94, 2.06],
        [2, 4, 2],
      ],
      undefined,
    ],
    [
      'a last one that is a little long',
      [
        [0, 0, 2],
        [1, 2, 2.04],
      ],
      0,
    ],
    [
      'a last one that is too long',
      [
        [0, 0, 2],
        [1, 2, 2.06],
      ],
      undefined,
    ],
    [
      'a first one that is too long',
      [
        [0, 0, 2.06],
        [1, 2, 2],
      ],
      undefined,
    ],
    [
      'a little late',
      [
        [0, 0.05, 2],
        [1, 2.04, 2],
      ],
      0,
    ],
    [
      'too late',
      [
        [0, 0.051, 2],
        [1, 2.04, 2],
      ],
      undefined,
    ],
    [
      'all of them too late',
      [
        [0, 0.3, 2],
        [1, 2.3, 2],
      ],
      undefined,
    ],
    [
      'numbers that would be below 0',
      [
        [0, 4, 2],
        [1, 6, 2],
      ],
      undefined,
    ],
    ['as the index knows', [[50, 100.04, 2]], 0, [0, 0, 2]],
    ['a deviation that has grown', [[50, 100.06, 2]], undefined, [0, 0, 2]],
    ['a deviation that shrinks', [[50, 100, 2]], undefined, [1, 2.3, 2]],
    // Pictures that last longer make the encoder cut later.
    [
      'a picture late',
      [
        [0, 0.2, 2],
        [1, 2.2, 2],
      ],
      0,
      undefined,
      0.2,
    ],
    [
      'more than a picture late',
      [
        [0, 0.203, 2],
        [1, 2.2, 2],
      ],
      undefined,
      undefined,
      0.2,
    ],
    ['few pictures, late', [[0, 0.06, 2]], 0, undefined, 0.1],
  ];
  for (const [what, segments, number, known, picture = 1 / 30] of rows) {
    const run = runOf(segments);
    assert.equal(numberAtZero(run, known ? segment(known) : run.first, 2, picture), number, what);
  }
});
