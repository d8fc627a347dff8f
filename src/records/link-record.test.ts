import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAttributes, anyPath, anyTime, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import { decodeFileRecord } from './file-record.ts';
import { decodeLinks, encodeLinks } from './link-record.ts';

const upload = '0123456789abcdef0123456789abcdef';

test('What is written is read as it was', () => {
  const entry = fc
    .tuple(anyPath, anyUploadId, anyPath, anyTime, fc.option(anyAttributes))
    .map(([path, id, target, mtime, attributes]) => ({
      ...{ path, upload: id, target: `../${target}`, mtime },
      ...(attributes && { attributes }),
    }));
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), (entries) => {
      const isShort = entries.every(({ target }) => Buffer.byteLength(target) <= 4096);
      fc.pre(isShort);
      const decoded = decodeFileRecord(consumed(encodeLinks('shop', entries)));
      assert.deepEqual(decoded, { kind: 'link', uploader: 'shop', entries, refused: [] });
    }),
  );
});

test('A link to nothing, to what is no text, or too far to say is neither written nor read', () => {
  for (const target of ['', 'a\0b', '\ud800', 'x'.repeat(4097)]) {
    const link = { path: 'a', upload, target, mtime: '1' };
    assert.throws(() => encodeLinks('shop', [link]), FormatError);
    const { refused } = decodeLinks('shop', Buffer.from(`${JSON.stringify([link])}\n`), 1);
    assert.equal(refused.length, 1);
  }
  const others = [
    { path: 'a', upload, target: 'b' },
    { path: 'a', upload, target: 'b', mtime: 'now' },
    { path: 'a', upload, target: 7, mtime: '1' },
  ];
  const read = decodeLinks('shop', Buffer.from(`${JSON.stringify(others)}\n`), 3);
  assert.equal(read.refused.length, 3);
});
