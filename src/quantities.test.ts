import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, files, percent, rate, timeLeft } from './quantities.ts';

test('numbers in the words of people', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(12_400_000_000), '12.4 GB');
  assert.equal(rate(182_345_678), '182 MB/s');
  assert.equal(files(1), '1 file');
  assert.equal(files(1204), '1,204 files');
  assert.deepEqual([0.0123, 0.85, 12.34, 68, 7500, 90_000].map(duration), [
    '12ms',
    '850ms',
    '12.3s',
    '1m 8s',
    '2h 5m',
    '1d 1h',
  ]);
  assert.deepEqual([0, 0.2, 7.4, 68, 7500].map(timeLeft), ['1s', '1s', '8s', '1m 8s', '2h 5m']);
});

test('100 % only when it is all there', () => {
  assert.deepEqual(
    [percent(0, 10), percent(999, 1000), percent(10, 10), percent(0, 0), percent(5, 0)],
    ['0%', '99%', '100%', '100%', '100%'],
  );
});
