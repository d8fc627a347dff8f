import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  anyAlgorithm,
  anyDigest,
  anyPath,
  anySize,
  anyTime,
  anyUploadId,
} from '../../../test/support/arbitraries.ts';
import fc from '../../../test/support/properties.ts';
import type { FileState } from '../../records/state-record.ts';
import { FileStates } from './file-states.ts';

const of = fc.record(
  { upload: anyUploadId, path: anyPath, partition: fc.nat(100), first: anySize, last: anySize },
  { noNullPrototype: true },
);
const place = { partition: fc.nat(100), first: anySize, last: anySize };
const sentVersion = fc.record(
  {
    upload: anyUploadId,
    size: anySize,
    mtime: anyTime,
    digest: anyDigest,
    ...place,
    of,
  },
  {
    noNullPrototype: true,
    requiredKeys: ['upload', 'size', 'mtime', 'digest', 'partition', 'first', 'last'],
  },
);
const anyState: fc.Arbitrary<FileState> = fc.record(
  {
    topic: fc.constantFrom('one', 'two'),
    upload: anyUploadId,
    state: fc.constantFrom('sent', 'sending', 'aborted'),
    fingerprint: fc
      .record(
        {
          size: anySize,
          mtime: anyTime,
          ctime: fc.oneof(anyTime, fc.constantFrom('', 'as mtime')),
          inode: fc.constantFrom('', '7', '-9'),
          mode: fc.constantFrom('0644', '0000'),
          owner: fc.constantFrom('0:0', '1000:4294967294'),
          xattrs: fc.constantFrom('0', '0123456789abcdef'),
          acls: fc.constantFrom('0', 'fedcba9876543210'),
        },
        { noNullPrototype: true, requiredKeys: ['size', 'mtime', 'ctime', 'inode'] },
      )
      .map((look) => ({ ...look, ctime: look.ctime === 'as mtime' ? look.mtime : look.ctime })),
    ...place,
    acked: anySize,
    checksum: anyAlgorithm,
    digest: anyDigest,
    before: sentVersion,
    of,
    sealed: fc.constant(`sha256:${'7'.repeat(16)}`),
    kind: fc.constant('link'),
    stands: fc.constant(true),
  },
  {
    noNullPrototype: true,
    requiredKeys: ['topic', 'upload', 'state', 'fingerprint', 'partition', 'first', 'last', 'acked'],
  },
);

test('What is remembered comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyPath, anyState), { maxLength: 8 }), (all) => {
      const states = new FileStates();
      for (const [path, state] of all) states.set(path, state);
      const expected = new Map(all);
      assert.deepEqual(new Map(states), expected);
      assert.equal(states.size, expected.size);
      for (const [path, state] of expected) assert.deepEqual(states.get(path), state);
      for (const path of expected.keys()) states.delete(path);
      assert.equal(states.size, 0);
    }),
  );
});
