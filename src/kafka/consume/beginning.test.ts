import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFetchResponse } from '../../../test/models/kafka/fetch-wire.ts';
import { encodeBatch } from '../wire/batch-encode.ts';
import { beginningOf } from './beginning.ts';

const topicId = '00000000-0000-0000-0000-000000000001';
const place = { code: 0, end: 70, start: 0 };
const empty = Buffer.alloc(0);

function batch(valueBytes: number): Buffer {
  const records = [{ value: Buffer.alloc(valueBytes) }, { value: empty }];
  const bytes = Buffer.concat(encodeBatch(records, 0, { producerId: 1n, epoch: 0, sequence: 0 }).pieces);
  bytes.writeBigInt64BE(40n, 0);
  return bytes;
}

/** What has come of it: 512 bytes, and what was in that memory before. */
function begun(answers: Parameters<typeof encodeFetchResponse>[1]): Buffer {
  return encodeFetchResponse(topicId, answers).fill(0xee, 512);
}

test('The first bytes of an answer tell how much there is, and in what batches', () => {
  const records = batch(100_000);
  const others = [1, 2, 3].map((partition) => ({ ...place, partition, records: empty }));
  const beginning = beginningOf(begun([{ ...place, partition: 7, records }, ...others]), 4);
  assert.equal(beginning?.partition, 7);
  assert.equal(beginning.highWatermark, 70);
  assert.equal(beginning.isAll, true);
  const { first, next, count, bytes } = beginning.batch;
  assert.deepEqual(
    { first, next, count, bytes },
    { first: 40, next: 42, count: 1, bytes: records.byteLength },
  );
});

test('Where another partition has records, they are waited for', () => {
  const answers = [100_000, 0].map((bytes, partition) => ({ ...place, partition, records: batch(bytes) }));
  assert.equal(beginningOf(begun(answers), 2)?.isAll, false);
});

test('An answer that begins with an error, without records, or with no sense tells nothing', () => {
  const records = batch(100_000);
  const spoiled = Buffer.from(records).fill(0x77, 0, 61);
  for (const first of [
    { ...place, partition: 0, code: 1, records },
    { ...place, partition: 0, records: empty },
    { ...place, partition: 0, records: spoiled },
  ])
    assert.equal(beginningOf(begun([first, { ...place, partition: 1, records }]), 2), undefined);
  assert.equal(beginningOf(Buffer.alloc(2000, 0xff), 1), undefined);
});
