import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ConfigurationError } from '../../errors.ts';
import { batchHeaderBytes, largestValue, recordBodySize } from '../../kafka/batch.ts';
import type { NewRecord } from '../../kafka/contract.ts';
import { chunkHeaders } from '../../records/file-record.ts';
import { uploadSettings } from '../shared/options.ts';
import { checkChunkSize, planBuffers, recordLimit } from './chunk-size.ts';

const mebibyte = 1024 * 1024;

test('Buffers by memory and limit', () => {
  const table: [bufferBytes: number, limit: number, count: number, size: number][] = [
    [16 * mebibyte, 1_048_588, 15, 1_048_588],
    [16 * mebibyte, 10_485_760, 3, 5_592_405],
    [16 * mebibyte, 100 * mebibyte, 3, 5_592_405],
    [300 * mebibyte, 100 * mebibyte, 3, 100 * mebibyte],
    [1, 1024, 3, 1024],
    [1, mebibyte, 3, 65_536],
  ];
  for (const [bufferBytes, limit, count, size] of table)
    assert.deepEqual(planBuffers(bufferBytes, limit), { count, size }, `${bufferBytes} ${limit}`);
});

test('No limit makes an uploader hold more than it may, down to the least that it needs', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 1024, max: 2 ** 31 }),
      (memory, limit) => {
        const { count, size } = planBuffers(memory, limit);
        assert.ok(count * size <= Math.max(memory, 3 * 65_536));
        assert.ok(size <= limit && count >= 3);
      },
    ),
  );
});

test('A chunk size has to fit thrice into the memory that was allowed', () => {
  const settings = (chunkSize: number, bufferBytes: number) =>
    uploadSettings({ kafka: {}, topic: 't', from: '.', chunkSize, bufferBytes });
  const limit = 100 * mebibyte;
  checkChunkSize(settings(4 * mebibyte, 12 * mebibyte), limit);
  checkChunkSize(settings(65_536, 1), limit);
  assert.throws(
    () => checkChunkSize(settings(4 * mebibyte + 1, 12 * mebibyte), limit),
    (error) =>
      error instanceof ConfigurationError && error.message.includes(`raise it to ${12 * mebibyte + 3} `),
  );
});

/** AbstractRecords.estimateSizeInBytesUpperBound of Kafka's Java client: 61 of the batch, 21 of the record, key, value and headers. */
function estimatedByJava(record: NewRecord): number {
  return batchHeaderBytes + 21 + recordBodySize(record) - 3;
}

test('A full chunk is one that Java’s producers send on', () => {
  const ref = { uploader: 'shop', path: 'photos/0001.jpg', upload: '0'.repeat(32) };
  const headers = chunkHeaders(ref, 'md5', 1, 0);
  const full = (limit: number) => ({ headers, value: new Uint8Array(largestValue(limit, { headers })) });
  const maxRequestSize = 1_048_576;
  assert.equal(estimatedByJava(full(1_048_588)), maxRequestSize + 27, 'as large as the topic takes');
  for (const limit of [1_048_588, 10 * mebibyte]) {
    const chosen = recordLimit({ chunkSize: undefined, checksum: 'md5' }, limit);
    assert.equal(estimatedByJava(full(chosen)), maxRequestSize);
  }
});

test('A topic’s own limit, or a chunk size that was chosen, holds', () => {
  const limit = (chunkSize: number | undefined, topicLimit: number) =>
    recordLimit({ chunkSize, checksum: 'md5' }, topicLimit);
  assert.equal(limit(undefined, 20_000), 20_000);
  assert.equal(limit(undefined, 10 * mebibyte), 1_048_561);
  assert.equal(limit(500_000, 10 * mebibyte), 1_048_561, 'nor are packs larger');
  assert.equal(limit(4 * mebibyte, 10 * mebibyte), 10 * mebibyte);
  assert.equal(limit(1_048_400, 1_048_588), 1_048_588);
});
