import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import type { ByteRange } from '../../stores/contract.ts';
import { Ranges, textOf } from './ranges.ts';

const length = 40;
const range = fc.tuple(fc.nat({ max: length }), fc.nat({ max: length }));

/** The same, as one flag a byte. */
function bitmap(ranges: readonly (readonly [number, number])[]): boolean[] {
  return Array.from({ length }, (_, at) => ranges.some(([start, end]) => start <= at && at < end));
}

/** Runs of flags that are `wanted` within `[start, end)`. */
function runs(flags: readonly boolean[], wanted: boolean, start: number, end: number): [number, number][] {
  const found: [number, number][] = [];
  for (let at = start; at < end; at++) {
    if ((flags[at] ?? false) !== wanted) continue;
    const last = found.at(-1);
    if (last?.[1] === at) last[1]++;
    else found.push([at, at + 1]);
  }
  return found;
}

test('Ranges are what a map of bits says, however they are added', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), range, (added, [start, end]) => {
      const ranges = new Ranges();
      for (const [from, to] of added) ranges.add(from, to);
      const flags = bitmap(added);
      const all = runs(flags, true, 0, length);
      assert.deepEqual(ranges.list(), all);
      assert.deepEqual(ranges.within(start, end), runs(flags, true, start, end));
      assert.deepEqual(ranges.missing(start, end), runs(flags, false, start, end));
      assert.equal(ranges.bytes, flags.filter(Boolean).length);
      assert.equal(ranges.end, all.at(-1)?.[1] ?? 0);
      assert.equal(ranges.count, all.length);
      assert.equal(ranges.prefix, flags.indexOf(false) === -1 ? length : flags.indexOf(false));
      for (const size of [0, 1, start, end, length]) {
        assert.equal(ranges.covers(size), flags.slice(0, size).every(Boolean));
      }
    }),
    { numRuns: 500 },
  );
});

test('Ranges come back from their list, and the list is a copy', () => {
  const ranges = new Ranges([
    [0, 10],
    [20, 30],
  ]);
  const list = ranges.list();
  ranges.add(10, 20);
  assert.deepEqual(ranges.list(), [[0, 30]]);
  assert.deepEqual(list, [
    [0, 10],
    [20, 30],
  ]);
});

test('What ranges are made of stays as it is', () => {
  const given: ByteRange[] = [[0, 10]];
  new Ranges(given).add(10, 20);
  assert.deepEqual(given, [[0, 10]]);
});

test('Many ranges that do not touch cost little each', () => {
  const ranges = new Ranges();
  const count = 50_000;
  const began = process.cpuUsage();
  for (let index = 0; index < count; index++) {
    // Now before, now behind what is there.
    const at = 2 * (index % 2 === 0 ? index : count - index);
    ranges.add(at, at + 1);
    ranges.within(at, at + 3);
  }
  assert.equal(ranges.list().length, count);
  const seconds = process.cpuUsage(began).user / 1e6;
  assert.ok(seconds < 20, `${seconds} s`);
});

test('Offsets beyond 32 bits', () => {
  const ranges = new Ranges();
  const far = Number.MAX_SAFE_INTEGER - 1;
  ranges.add(far, far + 1);
  ranges.add(2 ** 40, 2 ** 40 + 5);
  assert.deepEqual(ranges.list(), [
    [2 ** 40, 2 ** 40 + 5],
    [far, far + 1],
  ]);
});

test('A message names five ranges by their first and last bytes, and counts the others', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, at): [number, number] => [10 * at, 10 * at + 3]);
  const five = '0..2, 10..12, 20..22, 30..32, 40..42';
  assert.equal(
    textOf([
      [0, 1_048_576],
      [3_145_728, 4_194_304],
    ]),
    '0..1048575, 3145728..4194303',
  );
  assert.deepEqual(
    [0, 1, 5, 6, 9].map((count) => textOf(many(count))),
    ['', '0..2', five, `${five} and 1 more ranges`, `${five} and 4 more ranges`],
  );
});

test('What touches becomes one, what is a byte away does not', () => {
  const after = (...added: readonly ByteRange[]) => {
    const ranges = new Ranges([
      [10, 20],
      [30, 40],
    ]);
    for (const [start, end] of added) ranges.add(start, end);
    return ranges.list();
  };
  for (const [start, end, expected] of [
    [0, 9, '0-9 10-20 30-40'],
    [0, 10, '0-20 30-40'],
    [20, 29, '10-29 30-40'],
    [21, 29, '10-20 21-29 30-40'],
    [21, 30, '10-20 21-40'],
    [20, 30, '10-40'],
    [12, 15, '10-20 30-40'],
    [5, 45, '5-45'],
    [30, 31, '10-20 30-40'],
    [40, 41, '10-20 30-41'],
    [41, 42, '10-20 30-40 41-42'],
    [29, 41, '10-20 29-41'],
    [25, 25, '10-20 30-40'],
    [26, 25, '10-20 30-40'],
  ] as const)
    assert.equal(
      after([start, end])
        .map((range) => range.join('-'))
        .join(' '),
      expected,
      `${start} to ${end}`,
    );
});

test('Of nothing there is nothing, and what does not begin at the first byte covers none', () => {
  const ranges = new Ranges();
  assert.deepEqual([ranges.prefix, ranges.end, ranges.count, ranges.bytes], [0, 0, 0, 0]);
  assert.deepEqual([ranges.covers(0), ranges.covers(1)], [true, false]);
  ranges.add(1, 5);
  assert.deepEqual([ranges.prefix, ranges.end, ranges.count, ranges.bytes], [0, 5, 1, 4]);
  ranges.add(0, 1);
  assert.deepEqual([ranges.prefix, ranges.covers(5), ranges.covers(6)], [5, true, false]);
});
