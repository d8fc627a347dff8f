import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { Restarts } from './restarts.ts';

const failed = { error: new Error('FFmpeg died'), lasted: 100, gave: true, reached: 12 };

test('Each failure that follows at once waits longer, up to a bound; a run that was well begins again', () => {
  const restarts = new Restarts({ canReturn: false, isRepeated: false });
  const waits = Array.from({ length: 8 }, () => restarts.after(failed, 1));
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(restarts.after({ ...failed, lasted: 30_000 }, 1), 250);
  assert.equal(restarts.after(failed, 0), 250);
  assert.equal(restarts.count, 10);
});

test('What never worked is only tried again where it may come', () => {
  const never = { ...failed, gave: false };
  assert.equal(new Restarts({ canReturn: false, isRepeated: false }).after(never), undefined);
  assert.equal(new Restarts({ canReturn: true, isRepeated: false }).after(never, 1), 250);
  assert.equal(
    new Restarts({ canReturn: true, isRepeated: false }).after({
      ...never,
      error: new ConfigurationError('no such codec'),
    }),
    undefined,
  );
  // It has worked: whatever is wrong now was right before.
  const restarts = new Restarts({ canReturn: false, isRepeated: false });
  restarts.after(failed);
  assert.equal(restarts.after({ ...never, error: new ConfigurationError('no FFmpeg') }, 1), 500);
});

test('What fails twice at the same place of a file fails for good; elsewhere, or of what is live, it does not', () => {
  const file = new Restarts({ canReturn: false, isRepeated: true });
  assert.equal(file.after(failed, 1), 250);
  assert.equal(file.after({ ...failed, reached: 40 }, 1), 500);
  // Nothing at all came: the file is away, which it may not stay.
  assert.equal(file.after({ ...failed, gave: false, reached: 0 }, 1), 1000);
  assert.equal(file.after({ ...failed, gave: false, reached: 0 }, 1), 2000);
  assert.equal(file.after(failed, 1), 4000);
  assert.equal(file.after({ ...failed, reached: 12.2 }, 1), undefined);
  const live = new Restarts({ canReturn: true, isRepeated: false });
  for (let run = 0; run < 5; run++) assert.ok(live.after(failed));
});
