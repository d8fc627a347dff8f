import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../../src/records/live-record.ts';
import { LiveAccount } from './live-account.ts';

const numbered = { stream: 'cam', ordinal: 0, discontinuities: 0 };
const times = { discontinuity: false, timescale: 1, time: 0, duration: 1, captured: 0 };
const gap = (epoch: number, sequence: number, media: number): LiveRecord => {
  return { kind: 'gap', ...numbered, ...times, epoch, sequence, media };
};
const end = (epoch: number, sequence: number, media: number): LiveRecord => {
  return { kind: 'end', ...numbered, epoch, sequence, media };
};

test('A stream without loss has none, over epochs and what comes twice', () => {
  const account = new LiveAccount();
  for (const record of [gap(1, 0, 5), gap(1, 1, 6), gap(1, 1, 6), gap(2, 0, 7), gap(1, 2, 7), end(2, 1, 8)])
    account.take(record);
  const { epochs, missing, dropped, gaps, wentBack, hasEnded } = account;
  assert.deepEqual(
    { epochs, missing, dropped, gaps, wentBack, hasEnded },
    { epochs: 2, missing: 0, dropped: 2, gaps: 3, wentBack: 0, hasEnded: true },
  );
});

test('What is missing is counted, at the beginning of an epoch too, and numbers that go back', () => {
  const account = new LiveAccount();
  for (const record of [gap(1, 0, 5), gap(1, 3, 6), gap(2, 1, 7), gap(2, 2, 6)]) account.take(record);
  assert.equal(account.missing, 3);
  assert.equal(account.wentBack, 1);
  assert.equal(account.hasEnded, false);
});
