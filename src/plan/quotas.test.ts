import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDefaults } from './facts.ts';
import { quotasOf } from './quotas.ts';

test('No quota is so small that a record would never come', () => {
  const files = {
    ...{ topic: 'files', uploaders: 3, downloaders: 2, members: 1, peak: 4, together: 1 },
    ...{ away: planDefaults.away, remembered: 1000 },
    loads: [{ perDay: 200, averageSize: 4_000_000 }],
  };
  const reading = (line: number) =>
    quotasOf({ files, cluster: { brokers: 3, line } }).find(({ name }) => name === 'consumer_byte_rate')!;
  const slow = reading(125_000);
  assert.ok(slow.value * 10 >= 1_048_588);
  assert.match(slow.why, /give it whole or never/);
  assert.equal(reading(1_250_000).value, 875_000);
});
