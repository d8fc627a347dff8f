import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compression, ProducerOptions } from '../contract.ts';
import { compressionPlan } from './compression-plan.ts';

test('Options become a plan', () => {
  assert.equal(compressionPlan({}), undefined);
  assert.equal(compressionPlan({ compression: 'none' }), undefined);
  const rows: [ProducerOptions, string, number | undefined, boolean][] = [
    [{ compression: 'auto' }, 'zstd', 1, true],
    [{ compression: 'auto', compressionLevel: 5 }, 'zstd', 5, true],
    [{ compression: 'zstd', compressionLevel: 22 }, 'zstd', 22, false],
    [{ compression: 'gzip', compressionLevel: 9 }, 'gzip', 9, false],
    [{ compression: 'gzip' }, 'gzip', 1, false],
    [{ compression: 'lz4' }, 'lz4', undefined, false],
    [{ compression: 'snappy' }, 'snappy', undefined, false],
  ];
  for (const [options, codec, level, looks] of rows) {
    assert.deepEqual(compressionPlan(options), { codec, level, looks });
  }
});

test('What no producer can do is refused, and the message says what can be done', () => {
  const rows: [ProducerOptions, RegExp][] = [
    [{ compression: 'brotli' as Compression }, /choose one of none, auto, zstd, lz4, gzip, snappy/],
    [{ compression: 'gzip', compressionLevel: 10 }, /from 1 to 9/],
    [{ compression: 'zstd', compressionLevel: 0 }, /from 1 to 22/],
    [{ compression: 'auto', compressionLevel: 1.5 }, /from 1 to 22/],
    [{ compression: 'lz4', compressionLevel: 1 }, /leave the level out/],
    [{ compressionLevel: 1 }, /leave the level out/],
  ];
  for (const [options, message] of rows) {
    assert.throws(() => compressionPlan(options), { name: 'ConfigurationError', message });
  }
});
