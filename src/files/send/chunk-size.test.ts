import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigurationError } from '../../errors.ts';
import { uploadSettings } from '../shared/options.ts';
import { checkChunkSize, planBuffers } from './chunk-size.ts';

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
