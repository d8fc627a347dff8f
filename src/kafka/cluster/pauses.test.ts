import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from './error-codes.ts';
import { NetworkFailure, NotNow } from './failures.ts';
import { Unanswered } from './out-of-reach.ts';
import { delayAfter, delayOf, Pauses } from './pauses.ts';

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
  // No broker runs there, and perhaps it is being started.
  const turnedAway = caused(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
  assert.deepEqual(
    [40, 600, 1500, 3000].map((full) => delayOf(turnedAway, full)),
    [40, 600, 750, 1000],
  );
  assert.equal(delayOf(new NetworkFailure('The broker closed the connection'), 3000), 3000);
});

test('A broker that was away and answers is asked again soon, once', () => {
  const pauses = new Pauses();
  const away = new NetworkFailure('The broker closed the connection');
  const notReady = new NotNow(Code.leaderNotAvailable, 'find the leader of T-0');
  const waited = (errors: readonly Error[]) => errors.map((error) => pauses.next(error, 1));
  assert.deepEqual(waited(Array(8).fill(away)).slice(-2), [2560, 3000]);
  assert.deepEqual(waited([notReady, notReady, away, notReady]), [40, 80, 160, 320]);
  assert.deepEqual(waited(Array(6).fill(notReady)).slice(-2), [3000, 3000]);
});
