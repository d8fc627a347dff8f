import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingestSettings } from './options.ts';

test('Times longer than a timer takes are as long as it takes', () => {
  const month = 30 * 24 * 3_600_000;
  const { reconnect, stallAfter } = ingestSettings({ kafka: {}, reconnect: month, stallAfter: month });
  assert.deepEqual([reconnect, stallAfter], [2 ** 31 - 1, 2 ** 31 - 1]);
  assert.equal(ingestSettings({ kafka: {} }).reconnect, 30_000);
});

test('A stand-by that would take over without reason is refused', () => {
  assert.throws(() => ingestSettings({ kafka: {}, standByAfter: 0 }), /after 0 ms .*100ms at least/);
  assert.equal(ingestSettings({ kafka: {}, standByAfter: 100 }).standByAfter, 100);
});
