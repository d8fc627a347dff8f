import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyPath, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import { decodeFileRecord } from './file-record.ts';
import { decodeHardLinks, encodeHardLinks } from './hard-link-record.ts';

const standing = fc.record(
  { path: anyPath, upload: anyUploadId, partition: fc.nat(), last: fc.nat() },
  { noNullPrototype: true },
);

test('What is written is read as it was', () => {
  const entry = fc
    .tuple(standing, standing)
    .filter(([own, of]) => own.path !== of.path)
    .map(([own, of]) => ({ ...own, of }));
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), (entries) => {
      const decoded = decodeFileRecord(consumed(encodeHardLinks('shop', entries)));
      assert.deepEqual(decoded, { kind: 'hard-link', uploader: 'shop', entries, refused: [] });
    }),
  );
});

test('A name that is to be one with itself, or with nothing, is neither written nor read', () => {
  const own = { path: 'a', upload: '0'.repeat(32), partition: 0, last: 1 };
  assert.throws(() => encodeHardLinks('shop', [{ ...own, of: own }]), FormatError);
  assert.throws(() => encodeHardLinks('shop', [{ ...own, of: { ...own, path: '../b' } }]), FormatError);
  const right = { ...own, of: 'b', 'of-upload': own.upload, 'of-partition': 0, 'of-last': 0 };
  const entries = [right, { ...right, of: 'a' }, { ...right, 'of-last': -1 }, { ...right, last: '1' }, own];
  const read = decodeHardLinks('shop', Buffer.from(`${JSON.stringify(entries)}\n`), entries.length);
  assert.deepEqual([read.entries.length, read.refused.length], [1, 4]);
});
