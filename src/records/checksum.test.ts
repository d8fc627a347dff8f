import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAlgorithm } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import { algorithmOf, checksumAlgorithm, checksumAlgorithms, createHasher, digestOf } from './checksum.ts';

test('Published digests of "abc" and of nothing', () => {
  const table = [
    ['md5', 'abc', 'md5:900150983cd24fb0d6963f7d28e17f72'],
    ['md5', '', 'md5:d41d8cd98f00b204e9800998ecf8427e'],
    ['sha256', 'abc', 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha256', '', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['crc64nvme', '', 'crc64nvme:0000000000000000'],
  ] as const;
  for (const [algorithm, text, digest] of table) {
    assert.equal(digestOf(algorithm, Buffer.from(text)), digest);
    const hasher = createHasher(algorithm);
    for (const byte of Buffer.from(text)) hasher.update(Uint8Array.of(byte));
    assert.equal(hasher.digest(), digest);
  }
});

test('A hasher and the digest at once agree, however the bytes are cut', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 });
  fc.assert(
    fc.property(anyAlgorithm, pieces, (algorithm, parts) => {
      const hasher = createHasher(algorithm);
      for (const part of parts) hasher.update(part);
      assert.equal(hasher.digest(), digestOf(algorithm, Buffer.concat(parts)));
    }),
  );
});

test('Every digest names its algorithm', () => {
  for (const algorithm of checksumAlgorithms) {
    assert.equal(checksumAlgorithm(algorithm), algorithm);
    assert.equal(algorithmOf(digestOf(algorithm, Buffer.from('x'))), algorithm);
  }
});

test('What is no digest is refused', () => {
  const hex = 'd41d8cd98f00b204e9800998ecf8427e';
  const table = [
    '',
    ':',
    hex,
    `md5${hex}`,
    `md5:${hex.slice(1)}`,
    `md5:${hex}0`,
    `md5:${hex.toUpperCase()}`,
    `md5: ${hex.slice(1)}`,
    `md5:${hex.slice(1)}\n`,
    `md5:${hex}\n`,
    `MD5:${hex}`,
    `sha1:${hex}`,
    `sha256:${hex}`,
    `toString:${hex}`,
    `__proto__:${hex}`,
    `crc64nvme:${'g'.repeat(16)}`,
  ];
  for (const digest of table) assert.throws(() => algorithmOf(digest), FormatError, digest);
  for (const name of ['', 'MD5', 'sha-256', 'constructor']) {
    assert.throws(() => checksumAlgorithm(name), FormatError, name);
  }
});
