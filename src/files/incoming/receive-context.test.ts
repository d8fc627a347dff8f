import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyPath } from '../../../test/support/arbitraries.ts';
import { pathFault, segmentLimit } from '../../records/path.ts';
import { mismatchName } from './receive-context.ts';

test('The name of what is set aside says so, in the same folder', () => {
  assert.equal(mismatchName('a'), 'a.DIGEST_MISMATCH');
  assert.equal(mismatchName('shop/dir.d/a.txt'), 'shop/dir.d/a.txt.DIGEST_MISMATCH');
});

test('It is never longer than a name may be, and never half a character', () => {
  const long = ['n'.repeat(255), `dir/${'€'.repeat(85)}`, '👩‍👩‍👧‍👦'.repeat(10), `${'n'.repeat(238)}😀`];
  for (const target of long) {
    const name = mismatchName(target);
    const last = name.slice(name.lastIndexOf('/') + 1);
    assert.ok(Buffer.byteLength(last) <= segmentLimit && Buffer.byteLength(last) > segmentLimit - 4);
  }
  fc.assert(
    fc.property(anyPath, (path) => {
      const name = mismatchName(path);
      assert.equal(pathFault(name), undefined);
      assert.ok(name.endsWith('.DIGEST_MISMATCH'));
    }),
  );
});
