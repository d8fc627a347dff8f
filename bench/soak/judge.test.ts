import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './judge.ts';
import { type Plan, planted } from './planted.ts';

const of = (plan: Plan) => judge({ of: 'uploader', figure: 'resident', unit: 'MB', samples: planted(plan) });

const leaks: Readonly<Record<string, Plan>> = {
  'memory, evenly, less than its noise': { spread: 10, leakPerHour: 6 },
  'memory under a heap that breathes': { saw: 20, spread: 4, leakPerHour: 30 },
  'memory with each restart of the broker': { spread: 5, lostAt: { every: 300, units: 1 } },
  'one descriptor with each restart of the broker': { base: 30, lostAt: { every: 300, units: 1 } },
  'one timer every ten minutes': { base: 12, lostAt: { every: 600, units: 1 } },
  'a temporary file now and then, beside those that come and go': {
    base: 2,
    spread: 4,
    lostAt: { every: 400, units: 1 },
  },
};

for (const [name, plan] of Object.entries(leaks)) {
  test(`A leak is found: ${name}`, () => {
    const { isFlat, perHour, noisePerHour } = of(plan);
    assert.ok(!isFlat, `${perHour} an hour, noise ${noisePerHour}`);
  });
}

test('What does not leak is flat: noise, a heap that breathes, a start that is slow to come to rest', () => {
  const sound: readonly Plan[] = [
    { base: 30 },
    { spread: 10 },
    { saw: 20, spread: 4 },
    { warmUp: 80, spread: 6 },
    { base: 0, spread: 0 },
  ];
  for (const plan of sound) assert.ok(of(plan).isFlat, JSON.stringify(plan));
});

test('Of a hundred sound series of noise hardly one is called a leak', () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);
  const found = seeds.filter((seed) => !of({ seed, spread: 20 }).isFlat);
  assert.ok(found.length <= 2, `${found.length}`);
});

test('What falls is no leak, and what was hardly looked at is not flat', () => {
  assert.ok(of({ leakPerHour: -30, spread: 2 }).isFlat);
  assert.ok(!of({ count: 4 }).isFlat);
  assert.ok(!of({ count: 0 }).isFlat);
});

test('The figures of a verdict are those of what counts', () => {
  const { first, last, most, mean } = of({ warmUp: 40, leakPerHour: 60 });
  assert.ok(Math.abs(first - 160) < 1 && Math.abs(last - 200) < 1, `${first} to ${last}`);
  assert.ok(Math.abs(most - 200) < 1 && Math.abs(mean - 180) < 1, `${most}, ${mean}`);
});
