import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ConnectionCount } from './connection-count.ts';

interface Line {
  /** Bytes per millisecond that one connection carries at most, and all of them together. */
  readonly each: number;
  readonly all: number;
  readonly roundTrip: number;
  /** By how much chance changes what comes in a tenth of a second: 0.3 is by up to 30 %. */
  readonly noise: number;
  readonly seed: number;
}

/** Bytes per millisecond that so many connections carry. */
const carriedBy = ({ each, all }: Line, count: number): number => Math.min(all, each * count);

/** Looks so often, every 100 ms; gives how many connections there were at each look. */
function run(count: ConnectionCount, line: Line, looks: number, from = 0): number[] {
  let state = line.seed;
  const counts: number[] = [];
  for (let look = from; look < from + looks; look += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const chance = 1 + line.noise * ((2 * state) / 2 ** 31 - 1);
    count.observe(look * 100, carriedBy(line, count.count) * 100 * chance, line.roundTrip);
    counts.push(count.count);
  }
  return counts;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const line = fc.record({
  each: fc.integer({ min: 5, max: 5000 }),
  roundTrip: fc.integer({ min: 5, max: 400 }),
  noise: fc.double({ min: 0, max: 0.3, noNaN: true }),
  seed: fc.nat({ max: 2 ** 31 - 1 }),
});

test('Where loss holds each connection back, as many are used as the line has room for', () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 2, max: 60 }), (base, room) => {
      const wide = { ...base, all: base.each * room };
      const count = new ConnectionCount(32);
      run(count, wide, 400);
      const reached = mean(run(count, wide, 400, 400).map((now) => carriedBy(wide, now)));
      assert.ok(reached >= 0.7 * carriedBy(wide, 32), `${reached} of ${carriedBy(wide, 32)}`);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test('Where one connection fills the line, others are tried and given up again', () => {
  fc.assert(
    fc.property(line, (base) => {
      const full = { ...base, all: base.each };
      const count = new ConnectionCount(32);
      run(count, full, 600);
      const used = mean(run(count, full, 1200, 600));
      assert.ok(used <= 2.2, `${used} connections`);
    }),
    { numRuns: 300, seed: 12 },
  );
});

test('A line that is cut again and again is not worth more connections for that', () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 30, max: 300 }), (base, lasts) => {
      const full = { ...base, all: base.each };
      const count = new ConnectionCount(32);
      run(count, full, 1200);
      const after: number[] = [];
      let look = 1200;
      for (let cut = 0; cut < 10; cut += 1) {
        run(count, { ...full, all: 0 }, lasts, look);
        after.push(...run(count, full, 30, look + lasts));
        look += lasts + 30;
      }
      assert.ok(mean(after) <= 3.5, `${mean(after)} connections`);
    }),
    { numRuns: 100, seed: 14 },
  );
});

test('A line that is cut every three seconds from the beginning on has more tried on it ever more seldom', () => {
  const full = { each: 625, all: 1250, roundTrip: 80, noise: 0.1, seed: 1 };
  const count = new ConnectionCount(32);
  const atCuts: number[] = [];
  for (let cut = 0; cut < 10; cut += 1) {
    const look = cut * 330;
    atCuts.push(run(count, full, 30, look).at(-1)!);
    run(count, { ...full, all: 0 }, 300, look + 30);
  }
  assert.ok(atCuts.filter((connections) => connections > 2).length <= 4, `${atCuts}`);
});

test('Where packets queue, no more are tried, and fewer that carry as much are enough', () => {
  const count = new ConnectionCount(32, 4);
  const counts: number[] = [];
  for (let look = 0; look < 600; look += 1) {
    count.observe(look * 100, 125_000, 80, true);
    counts.push(count.count);
  }
  assert.deepEqual([...new Set(counts)], [4, 2, 1]);
});

test('The bound is never passed, whatever comes and whenever there is nothing to carry', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.oneof(fc.nat({ max: 1_000_000 }), fc.constant(undefined)), {
        minLength: 50,
        maxLength: 300,
      }),
      fc.integer({ min: 0, max: 100 }),
      (most, steps, roundTrip) => {
        const count = new ConnectionCount(most);
        for (const [index, bytes] of steps.entries()) {
          if (bytes === undefined) count.idle();
          else count.observe(index * 100, bytes, roundTrip);
          assert.ok(count.count >= 1 && count.count <= most);
        }
      },
    ),
    { seed: 13 },
  );
});

test('Thirty-two connections are busy within three seconds where each carries as much as the first', () => {
  const count = new ConnectionCount(32);
  const wide = { each: 300, all: 100_000, roundTrip: 80, noise: 0.2, seed: 1 };
  const counts = run(count, wide, 30);
  assert.equal(counts[0], 2);
  assert.ok(counts.includes(32), `${counts}`);
});

test('Eight are tried first, however many there were', () => {
  for (const first of [2, 4]) {
    const wide = { each: 300, all: 100_000, roundTrip: 80, noise: 0, seed: 1 };
    const counts = run(new ConnectionCount(32, first), wide, 40);
    assert.deepEqual([...new Set(counts)].slice(0, 3), [first, 8, 32]);
  }
});

test('When a line that lost packets loses none any more, connections are given back', () => {
  const count = new ConnectionCount(32);
  const lossy = { each: 300, all: 9600, roundTrip: 80, noise: 0.1, seed: 1 };
  run(count, lossy, 100);
  run(count, { ...lossy, each: 9600 }, 3000, 100);
  assert.ok(count.count <= 2, `${count.count}`);
});

test('What was tried while there was nothing more to carry is not kept', () => {
  const count = new ConnectionCount(32);
  const wide = { each: 300, all: 100_000, roundTrip: 80, noise: 0, seed: 1 };
  const [first] = run(count, wide, 12);
  assert.ok(count.count > first!, 'a trial is on');
  count.idle();
  assert.equal(count.count, first);
});

test('Connections that begin with more than they can keep up do not end the growth', () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 8 }), (base, better) => {
      const wide = { ...base, noise: 0.1, all: base.each * 64 };
      const count = new ConnectionCount(32);
      // What was too good to last halves every second.
      for (let look = 0; look < 300; look += 1)
        run(count, { ...wide, each: wide.each * (1 + better / 2 ** (look / 10)) }, 1, look);
      assert.ok(count.count >= 16, `${count.count}`);
    }),
    { numRuns: 200, seed: 16 },
  );
});
