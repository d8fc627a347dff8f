import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acl } from '../../../../test/support/attributes.ts';
import fc from '../../../../test/support/properties.ts';
import { runsAsAnother, withoutAcl, withoutStrangers } from './modes.ts';

test('Without an ACL the group has what the ACL gave it, and the mask no more', () => {
  const text = (group: number, mask: number) => ({
    acl: acl(['owner', 7], ['user', 7, 1], ['group', group], ['mask', mask], ['other', 0]).toString('base64'),
  });
  for (const [mode, said, right] of [
    [0o770, text(0, 7), 0o700],
    [0o750, text(7, 5), 0o750],
    [0o6774, text(4, 7), 0o6744],
    [0o777, {}, 0o777],
    [0o777, { acl: '' }, 0o777],
    [0o777, { acl: 'AAAA' }, 0o777],
  ] as const)
    assert.equal(withoutAcl(mode, said).toString(8), right.toString(8));
});

test('A mode never gains bits, and loses none of those that are no rights of somebody else', () => {
  const id = fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined });
  const ids = fc.record({ uid: id, gid: id });
  const found = fc.record({ uid: fc.bigInt(0n, 2n), gid: fc.bigInt(0n, 2n) });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0o7777 }), found, ids, ids, (mode, there, wanted, { uid, gid }) => {
      const said = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
      const left = withoutStrangers(mode, there, wanted, said);
      assert.equal(left & 0o1777, mode & 0o1777);
      assert.equal(left & ~mode, 0);
      const [user, group] = [wanted.uid ?? uid, wanted.gid ?? gid];
      assert.equal((left & 0o4000) !== 0, (mode & 0o4000) !== 0 && user === Number(there.uid));
      assert.equal((left & 0o2000) !== 0, (mode & 0o2000) !== 0 && group === Number(there.gid));
      assert.equal(runsAsAnother(mode), (mode & 0o6000) !== 0);
    }),
  );
});
