import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import type { CopySource } from './copy-source.ts';
import { type Copy, decodeFileRecord, encodeCopy } from './file-record.ts';

const upload = `${'0'.repeat(15)}2${'a'.repeat(16)}`;
const of: CopySource = {
  upload: `${'0'.repeat(15)}1${'b'.repeat(16)}`,
  path: 'a/b',
  partition: 2,
  first: 7,
  last: 9,
};
const facts = { size: 10, digest: `sha256:${'5'.repeat(64)}`, mtime: '1', mode: 0o644 };
const copy: Omit<Copy, 'kind'> = { uploader: 'shop', path: 'c', upload, ...facts, of };

test('A copy is a record without a value, whose headers FORMAT.md names', () => {
  const record = encodeCopy(copy);
  assert.deepEqual(
    record.headers!.map(([name, value]) => `${name}=${Buffer.from(value)}`),
    [
      'sluice=1',
      'kind=copy',
      'uploader=shop',
      'path=c',
      `upload=${upload}`,
      'size=0000000000000010',
      `digest=${facts.digest}`,
      'mtime=1',
      'mode=0644',
      `of=${of.upload}`,
      'of-path=a/b',
      'of-partition=0000000000000002',
      'of-first=0000000000000007',
      'of-last=0000000000000009',
    ],
  );
  assert.deepEqual(record.value, new Uint8Array(0));
  assert.deepEqual(decodeFileRecord(consumed(record)), { kind: 'copy', ...copy });
});

const wrong: Record<string, Partial<CopySource>> = {
  'of itself': { upload },
  'of no upload': { upload: 'x' },
  'of a name outside': { path: '../a' },
  'of records that end before they begin': { first: 10 },
  'of half a record': { first: 1.5 },
  'of a partition below 0': { partition: -1 },
};

for (const [what, part] of Object.entries(wrong)) {
  test(`A copy ${what} is not written, and not read`, () => {
    assert.throws(() => encodeCopy({ ...copy, of: { ...of, ...part } }), FormatError);
    const record = encodeCopy(copy);
    const headers = record.headers!.map(([name, value]) => {
      const field = name === 'of' ? 'upload' : name.slice('of-'.length);
      const other = part[field as keyof CopySource];
      return [
        name,
        name.startsWith('of') && other !== undefined ? Buffer.from(String(other)) : value,
      ] as const;
    });
    assert.throws(() => decodeFileRecord(consumed({ ...record, headers })), FormatError);
  });
}
