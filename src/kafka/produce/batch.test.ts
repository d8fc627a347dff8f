import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchHeaderBytes, recordSize } from '../batch.ts';
import { readBatchHead } from '../wire/batch-decode.ts';
import {
  after,
  countWithin,
  discard,
  encode,
  endsBy,
  newBatch,
  type PendingRecord,
  sequences,
} from './batch.ts';

const settled = () => {};

function pending(...lengths: readonly number[]): PendingRecord[] {
  return lengths.map((length) => ({
    record: { value: Buffer.alloc(length) },
    size: length,
    resolve: settled,
    reject: settled,
  }));
}

test('As many records travel together as fit, to the byte, and one at least', () => {
  const records = pending(100, 100, 100);
  const bytes = (count: number) =>
    records
      .slice(0, count)
      .reduce((sum, { record }, index) => sum + recordSize(record, index), batchHeaderBytes);
  assert.equal(countWithin(records, 0), 1);
  assert.equal(countWithin(records, bytes(1)), 1);
  assert.equal(countWithin(records, bytes(2) - 1), 1);
  assert.equal(countWithin(records, bytes(2)), 2);
  assert.equal(countWithin(records, bytes(3) - 1), 2);
  assert.equal(countWithin(records, bytes(3)), 3);
  assert.equal(countWithin(records, Number.POSITIVE_INFINITY), 3);
  assert.equal(countWithin([], 1000), 0);
  // What comes behind one that does not fit would overtake it.
  assert.equal(countWithin(pending(100, 5000, 1), 400), 1);
});

test('Sequence numbers go round behind 31 bits', () => {
  assert.equal(sequences, 2_147_483_648);
  const batch = (sequence: number, count = 2) =>
    newBatch(pending(...Array(count).fill(1)), sequence, 'ready');
  assert.deepEqual([after(batch(5)), after(batch(sequences - 2)), after(batch(sequences - 1))], [7, 0, 1]);
  assert.deepEqual(
    [4, 5, 6, 7, 1000].map((last) => endsBy(batch(5), last)),
    [false, false, true, true, true],
  );
  // Half a round behind is not newer, and half a round ahead is not older.
  const half = sequences / 2;
  assert.deepEqual([endsBy(batch(5), 6 + half - 1), endsBy(batch(5), 6 + half)], [true, false]);
  assert.deepEqual(
    [endsBy(batch(sequences - 1), 0), endsBy(batch(sequences - 1), sequences - 1)],
    [true, false],
  );
});

test('A new batch has not been anywhere', () => {
  const records = pending(1);
  assert.deepEqual(newBatch(records, 7, 'uncompressed'), {
    ...{
      records,
      sequence: 7,
      stage: 'uncompressed',
      compressed: undefined,
      encoded: undefined,
      sent: false,
    },
    ...{ ambiguous: false, behindGap: false, overtaken: false, contradicted: false, damaged: 0 },
  });
});

test('A batch is sent under its number, compressed when that came to something, and gives its memory back', () => {
  const batch = newBatch(pending(10, 20), 7, 'ready');
  const identity = { producerId: 9n, epoch: 3 };
  const sentAs = () => {
    const bytes = Buffer.concat(encode(batch, 1000, identity).pieces);
    const { count, compression, baseTimestamp } = readBatchHead(bytes, 0, bytes.length)!;
    const [id, epoch, sequence] = [bytes.readBigInt64BE(43), bytes.readInt16BE(51), bytes.readInt32BE(53)];
    return { count, compression, baseTimestamp, id, epoch, sequence };
  };
  const head = { count: 2, baseTimestamp: 1000, id: 9n, epoch: 3, sequence: 7 };
  assert.deepEqual(sentAs(), { ...head, compression: 0 });
  let released = 0;
  const release = (): void => {
    released += 1;
  };
  batch.compressed = { compression: 4, bytes: Buffer.alloc(5), release: () => release() };
  assert.deepEqual(sentAs(), { ...head, compression: 4 });
  batch.encoded = encode(batch, 1000, identity);
  discard(batch);
  assert.deepEqual([released, batch.compressed, batch.encoded], [1, undefined, undefined]);
  discard(batch);
  assert.equal(released, 1);
});
