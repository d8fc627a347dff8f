import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StalledConnection } from '../cluster/endings.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { LeftBehind } from '../cluster/prober.ts';
import { HungUp } from './hung-up.ts';

const closed = new NetworkFailure('the broker closed the connection');
const large = 1_000_000;

test('A broker that hangs up on large requests again and again may not take them, and that is said', () => {
  const hungUp = new HungUp();
  assert.equal(hungUp.explained(closed, large), closed);
  assert.equal(hungUp.explained(closed, large), closed);
  const { message } = hungUp.explained(closed, large);
  assert.match(message, /^the broker closed .* no requests of 1000000 bytes \(socket\.request\.max\.bytes/);
  hungUp.answered();
  assert.equal(hungUp.explained(closed, large), closed);
});

test('Nothing is said of small requests, of a line that stands still, nor of a client that is closed', () => {
  const hungUp = new HungUp();
  const others: readonly [error: Error, bytes: number][] = [
    [closed, 1000],
    [new StalledConnection({ host: 'kafka', port: 9092 }, 30_000), large],
    [new LeftBehind('the line was cut'), large],
    [new Error('closed'), large],
  ];
  for (const [error, bytes] of [...others, ...others, ...others, ...others])
    assert.equal(hungUp.explained(error, bytes), error);
});
