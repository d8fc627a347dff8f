import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAttributes } from '../../../test/support/arbitraries.ts';
import fc from '../../../test/support/properties.ts';
import { attributesLimit, attributesText } from '../../records/attributes.ts';
import { fitAttributes } from './fit-attributes.ts';

const large = 1_000_000;
const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');

test('What fits is all said; of what does not, the owner and ACLs are said first, and smaller attributes behind a large one', () => {
  const all = {
    uid: 1,
    gid: 2,
    user: 'ann',
    group: 'staff',
    acl: base64(44),
    defaultAcl: '',
    xattrs: { 'user.a': base64(9) },
  };
  assert.deepEqual(fitAttributes(all, large), { attributes: all, left: [] });
  const xattrs = { 'user.a': base64(10), 'user.b': base64(3500), 'user.c': base64(10) };
  const { attributes, left } = fitAttributes({ ...all, xattrs }, large);
  assert.deepEqual(left, ['user.b']);
  assert.deepEqual(Object.keys(attributes.xattrs ?? {}), ['user.a', 'user.c']);
  assert.deepEqual(fitAttributes({ ...all, acl: base64(4000) }, large).left, ['ACL']);
  assert.deepEqual(fitAttributes({ uid: 1, gid: 2, user: 'a\nb' }, large), {
    attributes: { uid: 1, gid: 2 },
    left: ['name of the user'],
  });
});

test('Whatever is found, what is said is a part of it that records take, also small ones', () => {
  const anyLimit = fc.integer({ min: 64, max: 40_000 });
  fc.assert(
    fc.property(anyAttributes, anyLimit, (found, limit) => {
      const { attributes } = fitAttributes(found, limit);
      const length = Buffer.byteLength(attributesText(attributes));
      assert.ok(length <= Math.max(2, Math.min(attributesLimit, limit / 4)), `${length}`);
      const { xattrs = {}, ...others } = attributes;
      assert.deepEqual({ ...found, ...others }, found);
      assert.deepEqual({ ...found.xattrs, ...xattrs }, found.xattrs ?? {});
    }),
  );
});
