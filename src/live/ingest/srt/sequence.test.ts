import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { sequenceAfter, sequenceDistance } from './sequence.ts';

test('0 follows on the last number, and is one behind it', () => {
  assert.equal(sequenceAfter(0x7fffffff, 1), 0);
  assert.equal(sequenceAfter(0, -1), 0x7fffffff);
  assert.equal(sequenceDistance(0x7fffffff, 0), 1);
  assert.equal(sequenceDistance(0, 0x7fffffff), -1);
  assert.equal(sequenceDistance(3, 3), 0);
});

test('what is so many behind has that distance', () => {
  const sequence = fc.integer({ min: 0, max: 0x7fffffff });
  const count = fc.integer({ min: -(2 ** 30), max: 2 ** 30 - 1 });
  fc.assert(
    fc.property(sequence, count, (sequence, count) =>
      assert.equal(sequenceDistance(sequence, sequenceAfter(sequence, count)), count),
    ),
  );
});
