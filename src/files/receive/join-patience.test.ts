import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JoinPatience, type Waiting } from './join-patience.ts';

const second = 1000;
const hour = 3_600_000;

/** Milliseconds until it is given up, by looks five times a second. */
function lasts(
  at: (now: number) => { readonly found: readonly Waiting[]; readonly reached: string },
): number {
  const patience = new JoinPatience(0);
  for (let now = 200; now < 3 * hour; now += 200) {
    const { found, reached } = at(now);
    if (!patience.goesOn(found, reached, now)) return now;
  }
  return Number.POSITIVE_INFINITY;
}

test('What has come is waited for a second, and nothing is for nothing', () => {
  assert.equal(
    lasts(() => ({ found: [], reached: '' })),
    200,
  );
  assert.equal(
    lasts(() => ({ found: ['under-way'], reached: '1' })),
    1200,
  );
});

test('What stands an hour ahead is waited for as long as its partition is read, and a second behind that', () => {
  const at = (now: number) => ({
    found: [now < hour ? 'ahead' : 'under-way'] as const,
    reached: String(Math.floor(now / (60 * second))),
  });
  assert.equal(lasts(at), hour + second);
});

test('Where nothing comes any more of its partition, that is given up', () => {
  const at = (now: number) => ({ found: ['ahead'] as const, reached: String(Math.min(now, 60 * second)) });
  assert.equal(lasts(at), 60 * second + 10 * 60 * second + 200);
});

test('What is on its way to its name is waited for, however long that takes', () => {
  const at = (now: number) => ({ found: [now < hour ? 'to-come' : 'under-way'] as const, reached: '1' });
  assert.equal(lasts(at), hour + second);
});
