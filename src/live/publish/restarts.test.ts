import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { Restarts } from './restarts.ts';

const failed = { error: new Error('FFmpeg died'), lasted: 100, gave: true };

test('Each failure that follows at once waits longer, up to a bound; a run that was well begins again', () => {
  const restarts = new Restarts(false);
  const waits = Array.from({ length: 8 }, () => restarts.after(failed, 1));
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(restarts.after({ ...failed, lasted: 30_000 }, 1), 250);
  assert.equal(restarts.after(failed, 0), 250);
  assert.equal(restarts.count, 10);
});

test('What never worked is only tried again where it may come', () => {
  const never = { ...failed, gave: false };
  assert.equal(new Restarts(false).after(never), undefined);
  assert.equal(new Restarts(true).after(never, 1), 250);
  assert.equal(
    new Restarts(true).after({ ...never, error: new ConfigurationError('no such codec') }),
    undefined,
  );
  // It has worked: whatever is wrong now was right before.
  const restarts = new Restarts(false);
  restarts.after(failed);
  assert.equal(restarts.after({ ...never, error: new ConfigurationError('no FFmpeg') }, 1), 500);
});
