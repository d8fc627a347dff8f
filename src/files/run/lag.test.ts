import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumedRecord, FetchedBatch } from '../../kafka/contract.ts';
import { Lag } from './lag.ts';

/** Records of 10 bytes, one a second from `from` on. */
function batch(partition: number, from: number, count: number, highWatermark: number): FetchedBatch {
  const records = Array.from({ length: count }, (_, at): ConsumedRecord => {
    const offset = from + at;
    return {
      offset,
      timestamp: offset * 1000,
      key: null,
      headers: [],
      headerCount: 0,
      value: Buffer.alloc(10),
    };
  });
  const place = { partition, records, epochs: [], nextOffset: from + count };
  return { ...place, highWatermark, logStartOffset: 90, release: () => {} };
}

test('Behind is what was not dealt with, in whatever order batches are', () => {
  const lag = new Lag();
  lag.begin(
    new Map([
      [0, 100],
      [1, 500],
    ]),
  );
  const first = lag.take(batch(0, 100, 10, 130));
  const second = lag.take(batch(0, 110, 10, 130));
  const look = (ends?: ReadonlyMap<number, number>) => lag.behind(120_000, 60_000, ends);
  assert.deepEqual(look(), { records: 30, bytes: 300, retentionLeft: 40, headroom: 10 });
  second.release();
  assert.deepEqual(look().records, 30, 'what stands before it is in hand');
  first.release();
  // The record before is the oldest whose time is known.
  assert.deepEqual(look(), { records: 10, bytes: 100, retentionLeft: 59, headroom: 30 });
  assert.deepEqual(look(new Map([[0, 150]])).records, 30);
  assert.equal(lag.behind(0, -1).retentionLeft, undefined);
  lag.take(batch(0, 120, 10, 130)).release();
  assert.deepEqual(look(), { records: 0, bytes: 0, retentionLeft: undefined, headroom: 40 });
});

test('What nobody has read has the time that was asked for, until it is read', () => {
  const lag = new Lag();
  lag.begin(
    new Map([
      [0, 100],
      [1, 50],
    ]),
  );
  const ends = new Map([
    [0, 130],
    [1, 50],
  ]);
  const look = () => lag.behind(200_000, 150_000, ends);
  assert.deepEqual([look().records, look().bytes, look().retentionLeft], [30, undefined, undefined]);
  assert.deepEqual([...lag.undated(ends)], [[0, 100]]);
  lag.date(0, 99, 1);
  assert.equal(look().retentionLeft, undefined, 'it is of another place');
  lag.date(0, 100, 90_000);
  assert.equal(look().retentionLeft, 40);
  assert.equal(lag.undated(ends).size, 0);
  lag.take(batch(0, 100, 10, 130));
  assert.deepEqual([look().retentionLeft, look().bytes], [50, 300]);
});

test("What is read anew counts from there, and what is another member's does not", () => {
  const lag = new Lag();
  lag.begin(new Map([[0, 100]]));
  lag.take(batch(0, 100, 10, 110)).release();
  lag.begin(new Map([[0, 105]]));
  const again = lag.take(batch(0, 105, 5, 110));
  assert.equal(lag.behind(0, undefined).records, 5);
  again.release();
  assert.equal(lag.behind(0, undefined).records, 0);
  lag.take(batch(1, 10, 1, 30));
  assert.equal(lag.behind(0, undefined).records, 20);
  lag.forget([1]);
  assert.equal(lag.behind(0, undefined).records, 0);
});
