import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { anyAttributes, anyLook, anyRef } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import { type Attributes, attributesOfText, attributesText } from './attributes.ts';
import { decodeFileRecord, encodeClose, encodeCopy } from './file-record.ts';
import { decodePack, packEntryText, packIndex } from './pack.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const upload = '0123456789abcdef0123456789abcdef';

test('Attributes are read as they were written, in closing records, copies and packs', () => {
  fc.assert(
    fc.property(anyRef, anyLook, anyAttributes, (ref, look, attributes) => {
      const close = { kind: 'close' as const, ...ref, ...look, size: 0, digest, attributes };
      assert.deepEqual(decodeFileRecord(consumed(encodeClose(close))), close);
      const of = {
        upload: ref.upload === upload ? upload.replace('0', '1') : upload,
        path: 'a',
        partition: 0,
        first: 1,
        last: 2,
      };
      const copy = { ...close, kind: 'copy' as const, of };
      assert.deepEqual(decodeFileRecord(consumed(encodeCopy(copy))), copy);
      const entry = { path: ref.path, upload: ref.upload, ...look, size: 0, digest, attributes };
      const index = packIndex([packEntryText(entry)]);
      const { files, refused } = decodePack(index, 1, index.length);
      assert.deepEqual(refused, []);
      assert.deepEqual(
        files.map(({ bytes: _, ...file }) => file),
        [entry],
      );
    }),
    { seed: 7, numRuns: 50 },
  );
});

test('Attributes that are not of their form are neither written nor read', () => {
  const wrong: unknown[] = [
    { uid: -1 },
    { uid: 2 ** 32 - 1 },
    { gid: 1.5 },
    { gid: '0' },
    { user: '' },
    { group: 'a\0b' },
    { xattrs: { 'user.a': 'not base64!' } },
    { xattrs: { '': '' } },
    { xattrs: { 'user.a': 'A'.repeat(4096) } },
    { acl: 7 },
  ];
  for (const attributes of wrong) {
    assert.throws(() => attributesText(attributes as Attributes), FormatError, JSON.stringify(attributes));
    assert.throws(() => attributesOfText(JSON.stringify(attributes)), FormatError);
  }
  for (const text of ['', '7', 'null', '[]', '{']) assert.throws(() => attributesOfText(text), FormatError);
});

test('Unknown fields are ignored', () => {
  assert.deepEqual(attributesOfText('{"uid":7,"flags":"immutable"}'), { uid: 7 });
});

test('The example of FORMAT.md is read as what the page says of it', () => {
  const page = readFileSync(new URL('../../FORMAT.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## Attributes\n');
  const [, text = ''] = section.split('```json\n');
  const { xattrs, acl = '', ...owner } = attributesOfText(text.split('\n```', 1)[0] ?? '');
  assert.deepEqual(owner, { uid: 1000, gid: 50, user: 'ann', group: 'staff' });
  assert.equal(String(Buffer.from(xattrs?.['user.origin'] ?? '', 'base64')), 'till');
  const value = Buffer.from(acl, 'base64');
  const entries = Array.from({ length: (value.length - 4) / 8 }, (_, at) => {
    const from = 4 + 8 * at;
    return [value.readUInt16LE(from), value.readUInt16LE(from + 2), value.readInt32LE(from + 4)];
  });
  assert.equal(value.readUInt32LE(0), 2);
  assert.deepEqual(entries, [
    [1, 6, -1],
    [2, 4, 1001],
    [4, 4, -1],
    [16, 4, -1],
    [32, 0, -1],
  ]);
});
