import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayAfter } from './backoff.ts';

test('Delays double up to a cap, and only their upper half is left to chance', () => {
  assert.deepEqual(
    [1, 2, 3, 7, 8, 100].map((failures) => delayAfter(failures, 1)),
    [40, 80, 160, 2560, 3000, 3000],
  );
  assert.deepEqual(
    [1, 100].map((failures) => delayAfter(failures, 0)),
    [20, 1500],
  );
});
