import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { FileChecksum } from './checksum.ts';

const algorithm = 'MD5-of-0MD5-of-512CRC32C';

test('It is what Hadoop 3.4.3 says of the same bytes', () => {
  // By `hdfs dfs -checksum`, of files with blocks of 1 MiB.
  const table: [length: number, bytes: string][] = [
    [5, '0000020000000000000000007a1d08079d7b1fa56a8cc3dd5749860e'],
    [513, '000002000000000000000000c60bdf5c912605678a1f48810023f4d9'],
    [3_145_728, '000002000000000000000800314a67aab82579420766bb248464f98a'],
    [5_000_000, '0000020000000000000008000065d0fdd1ef12c66f0e8c51f8536ad5'],
  ];
  for (const [length, bytes] of table) {
    const content = Buffer.alloc(length, 'The quick brown fox');
    const agrees = (said: string): boolean | undefined =>
      new FileChecksum(1 << 20).update(content).agrees({ algorithm, bytes: said });
    assert.equal(agrees(bytes), true, String(length));
    assert.equal(agrees(bytes.replace(/.{8}$/, 'ffffffff')), false, String(length));
  }
});

test('It is the same in whatever pieces the bytes come', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 8 }), (pieces) => {
      const whole = new FileChecksum(2048).update(Buffer.concat(pieces));
      const parts = new FileChecksum(2048);
      for (const piece of pieces) parts.update(piece);
      for (const one of [whole, parts]) assert.equal(one.agrees({ algorithm, bytes: '' }), false);
      assert.equal(parts.text(), whole.text());
    }),
    { numRuns: 200 },
  );
});

test('Of other kinds it knows one more, and no others', () => {
  const checksum = new FileChecksum(1 << 20).update(Buffer.from('123456789'));
  assert.equal(checksum.agrees({ algorithm: 'COMPOSITE-CRC32C', bytes: 'e3069283' }), true);
  assert.equal(checksum.agrees({ algorithm: 'COMPOSITE-CRC32C', bytes: 'e3069284' }), false);
  assert.equal(checksum.agrees({ algorithm: 'MD5-of-0MD5-of-512CRC32', bytes: '00' }), undefined);
  assert.equal(checksum.agrees({ algorithm: 'NULL', bytes: '' }), undefined);
});
