import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { SafeOffset } from './safe-offset.ts';

test('A cut takes back what was passed, and what is being dealt with passes no more than stands', () => {
  const safe = new SafeOffset(0);
  safe.begin(4)();
  const [second, third] = [safe.begin(8), safe.begin(12)];
  safe.cut(6);
  const again = safe.begin(9);
  assert.equal(safe.value, 4);
  third();
  again();
  assert.equal(safe.value, 4);
  second();
  assert.equal(safe.value, 9);
  safe.cut(2);
  assert.equal(safe.value, 2);
});

test('The safe offset is the end of the last batch before which nothing is unfinished', () => {
  const order = fc.infiniteStream(fc.nat({ max: 1000 }));
  fc.assert(
    fc.property(
      fc.nat({ max: 50 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 15 }),
      order,
      (from, sizes, random) => {
        const safe = new SafeOffset(from);
        const batches: { end: number; done: () => void; isDone: boolean }[] = [];
        let end = from;
        const steps = [...sizes.map((size) => ({ size }))];
        const check = (): void => {
          let expected = from;
          for (const batch of batches) {
            if (!batch.isDone) break;
            expected = batch.end;
          }
          assert.equal(safe.value, expected);
          const firstOpen = batches.findIndex(({ isDone }) => !isDone);
          assert.equal(safe.unfinished, firstOpen === -1 ? 0 : batches.length - firstOpen);
        };
        const draw = (below: number): number => (random.next().value ?? 0) % below;
        while (steps.length > 0 || batches.some(({ isDone }) => !isDone)) {
          const open = batches.filter(({ isDone }) => !isDone);
          if (steps.length > 0 && (open.length === 0 || draw(2) === 0)) {
            end += steps.shift()!.size;
            batches.push({ end, done: safe.begin(end), isDone: false });
          } else {
            const batch = open[draw(open.length)]!;
            batch.isDone = true;
            batch.done();
            if (draw(3) === 0) batch.done();
          }
          check();
        }
        assert.equal(safe.value, end);
      },
    ),
    { numRuns: 300 },
  );
});

test('Whatever is begun, dealt with and cut, in any order: all before the safe offset has been dealt with, and stands', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('begin' as const), size: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ do: fc.constant('deal' as const), which: fc.nat(20) }),
    fc.record({ do: fc.constant('cut' as const), back: fc.nat(15) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const safe = new SafeOffset(0);
      const batches: { end: number; done: () => void; isDone: boolean }[] = [];
      let end = 0;
      let passed = 0;
      for (const one of steps) {
        if (one.do === 'begin') {
          end += one.size;
          batches.push({ end, done: safe.begin(end), isDone: false });
        } else if (one.do === 'deal') {
          const batch = batches[one.which % Math.max(1, batches.length)];
          batch?.done();
          if (batch !== undefined) batch.isDone = true;
        } else {
          end = Math.max(0, end - one.back);
          safe.cut(end);
          passed = Math.min(passed, end);
          for (const batch of batches) batch.end = Math.min(batch.end, end);
        }
        while (batches[0]?.isDone) passed = batches.shift()!.end;
        assert.equal(safe.value, passed);
        assert.equal(safe.unfinished, batches.length);
        assert.ok(safe.value <= end);
      }
    }),
    { numRuns: 300 },
  );
});

test('By which epochs it was written is known of what has been passed, and of what stands before a cut', () => {
  const safe = new SafeOffset(10, [[3, 0]]);
  const known = (): string => safe.epochs.map(([epoch, from]) => `${epoch} from ${from}`).join(', ');
  assert.equal(known(), '3 from 0');
  const done = safe.begin(14, [
    [3, 10],
    [4, 12],
  ]);
  assert.equal(known(), '3 from 0');
  done();
  assert.equal(known(), '3 from 0, 4 from 12');
  // What begins where the batch ends is none of it.
  safe.begin(20, [
    [4, 14],
    [5, 19],
    [6, 20],
  ])();
  assert.equal(known(), '3 from 0, 4 from 12, 5 from 19');
  const cutOff = safe.begin(30, [
    [6, 20],
    [7, 25],
    [8, 26],
  ]);
  safe.cut(25);
  cutOff();
  assert.equal(known(), '3 from 0, 4 from 12, 5 from 19, 6 from 20');
  assert.equal(safe.value, 25);
  safe.cut(13);
  assert.equal(known(), '3 from 0, 4 from 12');
  safe.cut(12);
  assert.equal(known(), '3 from 0');
  safe.cut(0);
  assert.equal(known(), '');
});

test('Reading goes on behind the last batch, dealt with or not', () => {
  const safe = new SafeOffset(5);
  assert.deepEqual([safe.next, safe.value], [5, 5]);
  const [first, second] = [safe.begin(7), safe.begin(11)];
  assert.deepEqual([safe.next, safe.value], [11, 5]);
  second();
  assert.deepEqual([safe.next, safe.value], [11, 5]);
  first();
  assert.deepEqual([safe.next, safe.value], [11, 11]);
  safe.begin(13);
  safe.cut(9);
  assert.deepEqual([safe.next, safe.value], [9, 9]);
});
