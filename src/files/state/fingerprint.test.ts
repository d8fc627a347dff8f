import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Encryption } from '../shared/encryption.ts';
import { fingerprintOf, hasOtherLook, lacksAttributes, marksOf } from './fingerprint.ts';

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

const gives = { owner: true, xattrs: true, acls: true };
const attributes = {
  uid: 1,
  gid: 2,
  user: 'ann',
  xattrs: { 'user.b': '', 'user.a': 'AA==' },
  acl: '',
  defaultAcl: 'AA==',
};
const whole = { ...file, gives, owner: '1:2', attributes };

test('Of attributes the owner is remembered, and a mark of the others, whatever the order in which they were read', () => {
  const known = fingerprintOf(whole, undefined);
  assert.equal(known.owner, '1:2');
  assert.match(`${known.xattrs} ${known.acls}`, /^[0-9a-f]{16} [0-9a-f]{16}$/);
  const turned = { ...attributes, xattrs: { 'user.a': 'AA==', 'user.b': '' } };
  assert.deepEqual(fingerprintOf({ ...whole, attributes: turned }, undefined), known);
  assert.deepEqual(marksOf(attributes), { owner: '1:2', xattrs: known.xattrs, acls: known.acls });
  const none = fingerprintOf({ ...whole, attributes: { uid: 1, gid: 2, xattrs: {}, acl: '' } }, undefined);
  assert.deepEqual([none.xattrs, none.acls], ['0', '0']);
  assert.deepEqual(fingerprintOf(whole, { names: undefined }), look);
});

test('Another owner, attribute or ACL is another look, as far as it was wished for', () => {
  const known = fingerprintOf(whole, undefined);
  assert.equal(hasOtherLook(whole, known), false);
  assert.equal(hasOtherLook(file, known), false);
  assert.equal(hasOtherLook({ ...whole, owner: '1:3' }, known), true);
  const others = [{ xattrs: {} }, { xattrs: { 'user.a': 'AA==' } }, { acl: 'AA==' }, { defaultAcl: '' }];
  for (const other of others)
    assert.equal(hasOtherLook({ ...whole, attributes: { ...attributes, ...other } }, known), true);
  // They were not sent.
  assert.equal(hasOtherLook(whole, { ...look, mode: '0640' }), true);
});

test('A file lacks what it was sent without, and nothing where no state may say it', () => {
  const known = fingerprintOf(whole, undefined);
  assert.equal(lacksAttributes(whole, known, undefined), false);
  assert.equal(lacksAttributes(file, look, undefined), false);
  for (const kind of ['owner', 'xattrs', 'acls'] as const) {
    const { [kind]: _, ...rest } = known;
    assert.equal(lacksAttributes(whole, rest, undefined), true, kind);
    assert.equal(
      lacksAttributes({ ...whole, gives: { ...gives, [kind]: false } }, rest, undefined),
      false,
      kind,
    );
    assert.equal(lacksAttributes(whole, rest, { names: undefined }), false, kind);
  }
  assert.equal(lacksAttributes({ ...whole, owner: '5:2' }, known, undefined), true);
});
