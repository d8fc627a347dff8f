import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { PartitionChoice } from './partitions.ts';

test('Equals take turns', () => {
  const choice = new PartitionChoice(3);
  assert.deepEqual(
    Array.from({ length: 7 }, () => choice.choose()),
    [0, 1, 2, 0, 1, 2, 0],
  );
});

test('The one with the fewest bytes on their way is chosen', () => {
  const choice = new PartitionChoice(3);
  choice.add(0, 100);
  choice.add(1, 50);
  choice.add(2, 70);
  assert.equal(choice.choose(), 1);
  choice.add(1, 100);
  assert.equal(choice.choose(), 2);
  choice.add(0, -100);
  assert.equal(choice.choose(), 0);
});

test('What a large file has filled is left alone once it has arrived, for its readers are behind', () => {
  const choice = new PartitionChoice(3);
  for (const partition of [0, 1, 2]) choice.add(partition, 10);
  choice.add(0, 1e9);
  for (const [partition, bytes] of [1e9 + 10, 10, 10].entries()) choice.add(partition, -bytes);
  assert.deepEqual(
    Array.from({ length: 4 }, () => choice.choose()),
    [1, 2, 1, 2],
  );
  choice.grow(4);
  assert.deepEqual(
    Array.from({ length: 3 }, () => choice.choose()),
    [1, 2, 3],
  );
});

test('One is kept free for what is urgent, while anything may be, and where there is another', () => {
  const choice = new PartitionChoice(3);
  choice.keepFree(true);
  const three = (isUrgent = false) => Array.from({ length: 3 }, () => choice.choose(isUrgent));
  assert.deepEqual(
    [three(), three(true)],
    [
      [0, 1, 0],
      [2, 2, 2],
    ],
  );
  choice.grow(4);
  assert.deepEqual(
    [three(), three(true)],
    [
      [1, 2, 0],
      [3, 3, 3],
    ],
  );
  choice.keepFree(false);
  assert.deepEqual(three(), [1, 2, 3]);
  const alone = new PartitionChoice(1);
  alone.keepFree(true);
  assert.deepEqual([alone.choose(), alone.choose(true)], [0, 0]);
});

test('What is striped has all but the one that is kept free, its own first', () => {
  const choice = new PartitionChoice(4);
  assert.deepEqual(choice.all(2), [2, 3, 0, 1]);
  choice.keepFree(true);
  assert.deepEqual(choice.all(2), [2, 0, 1]);
  choice.keepFree(false);
  assert.deepEqual(choice.all(3), [3, 0, 1, 2]);
});

test('Added partitions are used at once, and there are never fewer', () => {
  const choice = new PartitionChoice(1);
  choice.add(0, 10);
  choice.grow(3);
  assert.deepEqual([choice.choose(), choice.choose(), choice.count].toSorted(), [1, 2, 3]);
  choice.grow(2);
  assert.equal(choice.count, 3);
});

test('No partition is ever more than one upload ahead of another', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), sizes, (count, uploads) => {
      const choice = new PartitionChoice(count);
      const loads = new Array<number>(count).fill(0);
      for (const bytes of uploads) {
        const partition = choice.choose();
        assert.equal(loads[partition], Math.min(...loads));
        choice.add(partition, bytes);
        loads[partition]! += bytes;
      }
    }),
  );
});
