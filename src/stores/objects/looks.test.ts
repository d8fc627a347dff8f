import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { isNanoseconds } from '../../records/file-facts.ts';
import { keptLook, objectFile } from './looks.ts';

const written = Date.parse('2026-03-04T05:06:07.890Z');

test('An object looks the same in a listing and in an answer about it', () => {
  const listed = objectFile('a', { tag: '"abc"', size: 5, written });
  const answered = objectFile('a', { tag: 'abc', size: 5, written: Date.parse('2026-03-04T05:06:07Z') });
  assert.deepEqual(listed, answered);
  assert.equal(listed.mtime, '1772600767000000000');
  assert.equal(listed.mode, 0o644);
});

test('Another tag is another inode, and all that is said can stand in a record', () => {
  const inodes = new Set<string>();
  fc.assert(
    fc.property(fc.string(), (tag) => {
      const { inode, mtime, ctime } = objectFile('a', { tag, size: 0, written });
      inodes.add(inode);
      assert.ok([inode, mtime, ctime].every(isNanoseconds));
    }),
  );
  assert.ok(inodes.size > 50);
  assert.equal(objectFile('a', { tag: '', size: 0, written: 0 }).mtime, '0');
});

test('The look that an uploader noted is read as rclone and s3fs write it', () => {
  const table: [metadata: Record<string, string>, mtime: string | undefined, mode?: number][] = [
    [{ mtime: '1354040105.123456789', mode: '100600' }, '1354040105123456789', 0o600],
    [{ mtime: '1354040105' }, '1354040105000000000', 0o644],
    [{ mtime: '1354040105.5', mode: '0755' }, '1354040105500000000', 0o755],
    [{ mtime: '0.000000001', mode: '640' }, '1', 0o640],
    [{ mtime: '-1.5', mode: '33152' }, '-1500000000', 0o600],
    [{ mtime: '1354040105.1234567891', mode: 'rw-r--r--' }, '1354040105123456789', 0o644],
    [{ mtime: 'yesterday' }, undefined],
    [{ mtime: '99999999999999' }, undefined],
    [{ mtime: '99999999999' }, undefined],
    [{ mode: '100600' }, undefined],
    [{}, undefined],
  ];
  for (const [metadata, mtime, mode] of table)
    assert.deepEqual(
      keptLook(metadata),
      mtime === undefined ? undefined : { mtime, mode },
      JSON.stringify(metadata),
    );
});

test('A noted time takes no more room in a record than the object’s own', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), fc.nat(), (text, seconds, fraction) => {
      for (const mtime of [text, String(seconds), `${seconds}.${fraction}`])
        assert.ok((keptLook({ mtime })?.mtime.length ?? 0) <= 19);
    }),
  );
});
