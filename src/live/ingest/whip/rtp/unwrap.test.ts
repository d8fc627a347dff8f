import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { Unwrapper } from './unwrap.ts';

test('numbers go on over the end of their bits, forth and back', () => {
  const numbers = new Unwrapper(16);
  const base = 2 ** 16;
  assert.deepEqual(
    [65_534, 65_535, 0, 2, 65_535, 1].map((value) => numbers.next(value)),
    [65_534, 65_535, 65_536, 65_538, 65_535, 65_537].map((value) => value + base),
  );
  assert.equal(numbers.peek(5), base * 2 + 5);
  assert.equal(numbers.next(2), base * 2 + 2);
});

test('every walk of steps below half a round is found again', () => {
  const steps = fc.array(fc.integer({ min: -30_000, max: 32_000 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.nat({ max: 65_535 }), steps, (first, walk) => {
      const numbers = new Unwrapper(16);
      const begin = numbers.next(first);
      let [at, found] = [first, begin];
      for (const step of walk) {
        // Before the first round there is nothing to go back to.
        if (at - first + step < -first - 60_000) continue;
        at += step;
        found = numbers.next(((at % 65_536) + 65_536) % 65_536);
        assert.equal(found - begin, at - first);
      }
    }),
  );
});

test('a look at a number is not remembered, and the first one is raised by a round', () => {
  const numbers = new Unwrapper(16);
  assert.equal(numbers.next(10), 2 ** 16 + 10);
  assert.equal(numbers.peek(30_000), 2 ** 16 + 30_000);
  assert.equal(numbers.next(60_000), 60_000);
  const fresh = new Unwrapper(16);
  assert.equal(fresh.peek(5), 2 ** 16 + 5);
  assert.equal(fresh.next(40_000), 2 ** 16 + 40_000);
});

test('half a round is a step ahead, and one more is a step back', () => {
  const after = (value: number) => {
    const numbers = new Unwrapper(16);
    numbers.next(100);
    return numbers.next(value) - 2 ** 16;
  };
  assert.equal(after(100 + 32_768), 100 + 32_768);
  assert.equal(after(100 + 32_769), 100 - 32_767);
});
