import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchedBatch } from '../../kafka/contract.ts';
import { Dating } from './dating.ts';
import { Lag } from './lag.ts';

const hour = 3_600_000;

test('How old what is left is, is asked for once, and again when the oldest of it was dealt with', async () => {
  const now = 1000 * hour;
  // A record an hour, in each of three partitions; they stand at other places.
  const lag = new Lag();
  const ends = new Map([0, 1, 2].map((partition) => [partition, 1000]));
  lag.begin(
    new Map([
      [0, 900],
      [1, 950],
      [2, 990],
    ]),
  );
  let asked = 0;
  const dating = new Dating(lag);
  const look = () =>
    dating.look(ends, { now, retention: 200 * hour }, async (time) => {
      asked += 1;
      return new Map([...ends.keys()].map((partition) => [partition, Math.ceil(time / hour)]));
    });
  const left = () => Math.round((lag.behind(now, 200 * hour, ends).retentionLeft ?? 0) / 3600);
  await look();
  const first = asked;
  assert.ok(first > 0 && first <= 10);
  assert.ok(Math.abs(left() - 100) <= 1, `${left()}`);
  for (let scrape = 0; scrape < 5; scrape++) await look();
  assert.equal(asked, first, 'nothing has changed');
  const record = { offset: 900, timestamp: 900 * hour, value: null };
  const batch = { partition: 0, records: [record], nextOffset: 1000, highWatermark: 1000, logStartOffset: 0 };
  lag.take({ ...batch, release() {} } as unknown as FetchedBatch).release();
  await look();
  assert.ok(asked > first && asked <= first + 10);
  assert.ok(Math.abs(left() - 150) <= 1, `${left()}`);
  const second = asked;
  await look();
  assert.equal(asked, second);
  lag.begin(new Map([[3, 850]]));
  ends.set(3, 1000);
  await look();
  assert.ok(asked > second, 'a partition that came may have what is older');
  assert.ok(Math.abs(left() - 50) <= 1, `${left()}`);
});

test('Brokers that are away are asked again', async () => {
  const lag = new Lag();
  lag.begin(new Map([[0, 1]]));
  const dating = new Dating(lag);
  let asked = 0;
  const look = () =>
    dating.look(new Map([[0, 2]]), { now: 5000, retention: 1000 }, () => {
      asked += 1;
      return Promise.reject(new Error('away'));
    });
  await look();
  await look();
  assert.equal(asked, 2);
});
