import assert from 'node:assert/strict';
import { test } from 'node:test';
import { downloadSettings } from './options.ts';

const options = { kafka: {}, topic: 't', to: '.', name: 'n' };
const mebibyte = 1024 * 1024;

test('More is held over several connections, unless a bound is given; settings are options again', () => {
  const bounds = (given: { readonly bufferBytes?: number; readonly aheadBytes?: number }) => {
    const { bufferBytes, aheadBytes } = downloadSettings(downloadSettings({ ...options, ...given }));
    return [bufferBytes / mebibyte, aheadBytes / mebibyte];
  };
  assert.deepEqual(bounds({}), [8, 64]);
  assert.deepEqual(bounds({ bufferBytes: 3 * mebibyte }), [3, 3]);
  assert.deepEqual(bounds({ aheadBytes: 5 * mebibyte }), [8, 5]);
});
