import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from '../../bench/soak/report.ts';
import { soak } from '../../bench/soak/soak.ts';

test('Files, live video and viewers go on over a restart of the broker, and nothing is lost (npm run soak, in seconds)', async () => {
  const result = await soak({
    lasts: 9000,
    viewers: 5,
    sampleEvery: 1000,
    collectEvery: 3000,
    restartEvery: 4000,
    small: { names: 20, size: 20_000, every: 100 },
    large: { names: 2, size: 3_000_000, every: 2000 },
  });
  assert.deepEqual(faultsOf(result), []);
  assert.ok(result.restarts.length >= 1);
  const { made, arrived } = result.files;
  assert.ok(made > 20 && arrived === made, `${arrived} of ${made}`);
  // What every figure of the hour rests on: each of the four programs was seen from outside and inside, and did not grow by leaps.
  assert.equal(result.series.length, 4 * 7 + 1);
  for (const { of, figure, samples } of result.series) {
    const values = samples.map(({ value }) => value);
    assert.ok(samples.length >= 2 && values.every(Number.isFinite), `${of} ${figure}: ${values}`);
    if (figure === 'descriptors') assert.ok(Math.max(...values) < 200, `${of}: ${values}`);
  }
});
