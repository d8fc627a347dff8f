import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Encryption } from '../shared/encryption.ts';
import { fingerprintOf, hasOtherLook } from './fingerprint.ts';

const look = { size: 1, mtime: '2', ctime: '3', inode: '4' };
const file = { path: 'a', ...look, mode: 0o640 };

test('The mode is remembered where it is no secret, or nobody else reads it', () => {
  const known = { ...look, mode: '0640' };
  assert.deepEqual(fingerprintOf(file, undefined), known);
  assert.deepEqual(fingerprintOf(file, { names: undefined }), look);
  assert.deepEqual(fingerprintOf(file, { names: {} as Encryption['names'] }), known);
});

test('A mode that nobody remembers is no other', () => {
  assert.equal(hasOtherLook(file, look), false);
  assert.equal(hasOtherLook(file, { ...look, mode: '0640' }), false);
  assert.equal(hasOtherLook(file, { ...look, mode: '0600' }), true);
});
