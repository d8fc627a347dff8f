import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyPath } from '../../../test/support/arbitraries.ts';
import fc from '../../../test/support/properties.ts';
import { pathFault, segmentLimit } from '../../records/path.ts';
import { mismatchNames } from './set-aside.ts';

const upload = '0123456789abcdef0123456789abcdef';

/** The first of the names that are tried. */
function names(target: string, count: number): string[] {
  const all = mismatchNames(target, upload);
  return Array.from({ length: count }, () => all.next().value);
}

test('The name of what is set aside says so, in the same folder; the next ones have the id', () => {
  assert.deepEqual(names('shop/dir.d/a.txt', 3), [
    'shop/dir.d/a.txt.DIGEST_MISMATCH',
    `shop/dir.d/a.txt.${upload}.DIGEST_MISMATCH`,
    `shop/dir.d/a.txt.${upload}.2.DIGEST_MISMATCH`,
  ]);
  assert.deepEqual(names('a', 1), ['a.DIGEST_MISMATCH']);
});

test('It is never longer than a name may be, never half a character, and a name that is cut keeps the id', () => {
  const long = ['n'.repeat(255), `dir/${'€'.repeat(85)}`, '👩‍👩‍👧‍👦'.repeat(10), `${'n'.repeat(238)}😀`];
  for (const target of long) {
    for (const name of names(target, 3)) {
      const last = name.slice(name.lastIndexOf('/') + 1);
      assert.ok(Buffer.byteLength(last) <= segmentLimit && Buffer.byteLength(last) > segmentLimit - 4);
      assert.ok(name.includes(upload));
    }
  }
  fc.assert(
    fc.property(anyPath, (path) => {
      const some = names(path, 3);
      assert.equal(new Set(some).size, 3);
      for (const name of some) {
        assert.equal(pathFault(name), undefined);
        assert.ok(name.endsWith('.DIGEST_MISMATCH'));
      }
    }),
  );
});
