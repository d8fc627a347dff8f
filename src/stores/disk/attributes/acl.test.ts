import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acl, aclFor } from '../../../../test/support/attributes.ts';
import fc from '../../../../test/support/properties.ts';
import { isAcl } from './acl.ts';

test('ACLs are known by their version, their length and their entries', () => {
  assert.ok(isAcl(aclFor(1000, 7)));
  assert.ok(isAcl(acl(['owner', 6], ['group', 4], ['other', 0])));
  const whole = aclFor(1000, 7);
  assert.ok(!isAcl(new Uint8Array(0)) && !isAcl(whole.subarray(0, 4)) && !isAcl(whole.subarray(0, -1)));
  const otherVersion = Buffer.from(whole);
  otherVersion.writeUInt32LE(1);
  const strangeTag = Buffer.from(whole);
  strangeTag.writeUInt16LE(3, 4);
  const strangeRights = Buffer.from(whole);
  strangeRights.writeUInt16LE(8, 6);
  assert.deepEqual([otherVersion, strangeTag, strangeRights].map(isAcl), [false, false, false]);
});

test('No bytes make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => typeof isAcl(bytes) === 'boolean'));
});
