import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { BatchSizes } from './batch-sizes.ts';

/** A response of so many batches, each of so many offsets and bytes. */
function response(count: number, offsets: number, bytes: number) {
  const rest = { epoch: 0, isSpoiled: false };
  return { first: 100, next: 100 + count * offsets, count, bytes: count * bytes, largest: bytes, ...rest };
}

test('Of batches that are alike, what is asked for is cut after a whole one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 100, max: 2_000_000 }),
      fc.integer({ min: 1, max: 20 }),
      (offsets, bytes, count) => {
        const sizes = new BatchSizes();
        sizes.note(response(3, offsets, bytes));
        assert.equal(sizes.offsetsOf(count * bytes), count * offsets);
        assert.equal(sizes.bytesOf(count * offsets), count * bytes);
        assert.equal(sizes.limitOf(count * offsets), count === 1 ? 1 : count * bytes);
      },
    ),
    { seed: 14 },
  );
});

test('At least one batch is asked for, however few bytes are wanted', () => {
  const sizes = new BatchSizes();
  sizes.note(response(1, 7, 1_000_000));
  assert.equal(sizes.offsetsOf(1), 7);
  assert.equal(sizes.offsetsOf(1_999_999), 7);
});

test('The largest batch of late is remembered, and forgotten when none is as large any more', () => {
  const sizes = new BatchSizes();
  assert.equal(sizes.areKnown, false);
  sizes.note(response(1, 1, 1000));
  sizes.note(response(1, 1, 10));
  assert.ok(sizes.largest > 500);
  for (let times = 0; times < 50; times += 1) sizes.note(response(1, 1, 10));
  assert.equal(sizes.largest, 11);
});

test('Where batches differ, the limit goes by what they are on average', () => {
  const sizes = new BatchSizes();
  sizes.note({ ...response(4, 1, 1000), largest: 3000 });
  assert.equal(sizes.limitOf(4), 4000);
});

test('A response without a whole batch tells nothing', () => {
  const sizes = new BatchSizes();
  sizes.note({ ...response(0, 1, 0), first: undefined });
  assert.equal(sizes.areKnown, false);
});

test('A partition of which nothing has been seen is taken for what the others are, until something has', () => {
  const topic = new BatchSizes();
  const [seen, unseen] = [new BatchSizes(topic), new BatchSizes(topic)];
  assert.equal(unseen.areKnown, false);
  seen.note(response(2, 10, 1000));
  assert.deepEqual([unseen.areKnown, unseen.largest, unseen.bytesOf(30)], [true, 1000, 3000]);
  unseen.note(response(1, 1, 50));
  assert.deepEqual([unseen.largest, unseen.bytesOf(30)], [50, 1500]);
  assert.deepEqual([seen.largest, seen.bytesOf(30)], [1000, 3000], 'each by itself');
});
