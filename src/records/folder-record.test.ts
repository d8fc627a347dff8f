import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAttributes, anyPath, anyTime, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import { decodeFileRecord } from './file-record.ts';
import { decodeFolders, encodeFolders } from './folder-record.ts';
import { encodeLinks } from './link-record.ts';
import { openSealed } from './open-sealed.ts';
import { encodeRemove } from './remove-record.ts';
import { sealNames } from './seal-record.ts';
import { decodeTopicRecord } from './topic-record.ts';

const upload = '0123456789abcdef0123456789abcdef';

test('What is written is read as it was, also when it was encrypted', () => {
  const entry = fc
    .tuple(
      ...([fc.oneof(anyPath, fc.constant('.')), anyUploadId, fc.integer({ min: 0, max: 0o7777 })] as const),
      ...([anyTime, fc.option(anyAttributes)] as const),
    )
    .map(([path, id, mode, mtime, attributes]) => ({
      ...{ path, upload: id, mode, mtime },
      ...(attributes && { attributes }),
    }));
  const secret = new Uint8Array(32);
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), (entries) => {
      const expected = { kind: 'folder', uploader: 'shop', entries, refused: [] } as const;
      const record = encodeFolders('shop', entries);
      assert.deepEqual(decodeFileRecord(consumed(record)), expected);
      const sealed = sealNames({ secret, key: 'AAAA' }, 'folder', 'shop', entries.length, record);
      const found = decodeTopicRecord(consumed(sealed));
      assert.ok(found?.kind === 'sealed');
      assert.deepEqual(openSealed(found, secret), expected);
    }),
  );
});

test('A folder of a wrong name, mode or time is neither written nor read; only a folder is the root', () => {
  const folder = { path: 'a', upload, mode: 0o755, mtime: '1' };
  const long = { xattrs: { 'user.a': 'A'.repeat(4096) } };
  assert.throws(() => encodeFolders('shop', [{ ...folder, attributes: long }]), FormatError);
  for (const wrong of [{ path: '..' }, { path: './a' }, { upload: 'a' }, { mode: 0o10000 }, { mtime: 'now' }])
    assert.throws(() => encodeFolders('shop', [{ ...folder, ...wrong }]), FormatError);
  assert.throws(() => encodeRemove('shop', [{ path: '.', upload }]), FormatError);
  assert.throws(() => encodeLinks('shop', [{ path: '.', upload, target: 'a', mtime: '1' }]), FormatError);
  const right = { path: 'a', upload, mode: '0755', mtime: '1' };
  const entries = [
    right,
    { ...right, path: '.', owner: 'of later versions' },
    { ...right, path: 'a/.' },
    { ...right, mode: '755' },
    { ...right, mode: 493 },
    { path: 'a', upload, mode: '0755' },
    { ...right, attributes: { uid: -1 } },
  ];
  const read = decodeFolders('shop', Buffer.from(`${JSON.stringify(entries)}\n`), entries.length);
  assert.deepEqual([read.entries.length, read.refused.length], [2, 5]);
});
