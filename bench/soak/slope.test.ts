import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noise } from './planted.ts';
import { trendOf } from './slope.ts';

const series = (perSecond: number, random: () => number) =>
  Array.from({ length: 400 }, (_, index) => ({
    at: index * 6,
    value: 100 + perSecond * index * 6 + 10 * random(),
  }));

test('What grows is seen to grow, by as much as it does', () => {
  const { perHour, noisePerHour } = trendOf(series(0.01, noise(1)));
  assert.ok(Math.abs(perHour - 36) < noisePerHour * 2, `${perHour}`);
  assert.ok(perHour > noisePerHour, 'the growth exceeds the noise');
});

test('What only varies does not grow by more than the noise', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
  const flat = seeds.filter((seed) => {
    const { perHour, noisePerHour } = trendOf(series(0, noise(seed)));
    return Math.abs(perHour) <= noisePerHour;
  });
  assert.ok(flat.length >= 34, `${flat.length} of 40`);
});
