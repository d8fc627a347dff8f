import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayAfter, delayOf } from './backoff.ts';
import { NetworkFailure } from './failures.ts';
import { Unanswered } from './out-of-reach.ts';

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

test('Who has waited for a connection has waited, and where there is no way at all it is soon looked again', () => {
  const caused = (cause: Error) =>
    new NetworkFailure('No broker', { cause: new NetworkFailure('at 10.0.0.1', { cause }) });
  assert.equal(delayOf(caused(new Unanswered(10_000)), 3000), 40);
  assert.equal(delayOf(caused(new Unanswered(500)), 3000), 2500);
  for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'])
    assert.equal(delayOf(caused(Object.assign(new Error(code), { code })), 3000), 500);
  assert.equal(delayOf(caused(Object.assign(new Error('no'), { code: 'ENETUNREACH' })), 40), 40);
  // It answers, and wants nobody now.
  assert.equal(delayOf(caused(Object.assign(new Error('no'), { code: 'ECONNREFUSED' })), 3000), 3000);
  assert.equal(delayOf(new NetworkFailure('The broker closed the connection'), 3000), 3000);
});
