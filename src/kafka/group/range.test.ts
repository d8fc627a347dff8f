import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { assignorName, assignRanges, type GroupMember } from './range.ts';

const member = (memberId: string, topics = ['t'], instanceId: string | null = null): GroupMember => ({
  memberId,
  topics,
  instanceId,
});

function shares(members: readonly GroupMember[], partitionsOf: Record<string, number>) {
  const assigned = assignRanges(members, new Map(Object.entries(partitionsOf)));
  return Object.fromEntries([...assigned].map(([id, topics]) => [id, Object.fromEntries(topics)]));
}

test('Partitions are dealt out in runs, the first members getting one more', () => {
  assert.deepEqual(shares([member('b'), member('a'), member('c')], { t: 7 }), {
    a: { t: [0, 1, 2] },
    b: { t: [3, 4] },
    c: { t: [5, 6] },
  });
});

test('Members without a share, and topics that are not there, are no fault', () => {
  assert.deepEqual(shares([member('a', ['t', 'gone']), member('b')], { t: 1 }), { a: { t: [0] }, b: {} });
});

test('Only those who want a topic share it', () => {
  assert.deepEqual(shares([member('a', ['t', 'u']), member('b', ['u'])], { t: 2, u: 2 }), {
    a: { t: [0, 1], u: [0] },
    b: { u: [1] },
  });
});

test('Static members stand in the order of their names, before the others', () => {
  const members = [member('a'), member('z1', ['t'], 'two'), member('z2', ['t'], 'one')];
  assert.deepEqual(shares(members, { t: 3 }), { z2: { t: [0] }, z1: { t: [1] }, a: { t: [2] } });
});

test('The order in which members are named does not matter', () => {
  const names = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 });
  const isStatic = fc.uniqueArray(fc.nat(7));
  fc.assert(
    fc.property(names, isStatic, fc.nat(20), (ids, statics, count) => {
      // The later a static member's id, the earlier its name.
      const members = ids.map((id, index) =>
        member(
          id,
          ['t'],
          statics.includes(index) ? String.fromCharCode(0x7a - id.charCodeAt(0) + 0x61) : null,
        ),
      );
      const inOrder = [
        ...members
          .filter(({ instanceId }) => instanceId !== null)
          .sort((a, b) => (a.memberId > b.memberId ? -1 : 1)),
        ...members
          .filter(({ instanceId }) => instanceId === null)
          .sort((a, b) => (a.memberId < b.memberId ? -1 : 1)),
      ];
      const dealt = shares(members, { t: count });
      assert.deepEqual(
        inOrder.flatMap(({ memberId }) => dealt[memberId]?.t ?? []),
        [...Array(count).keys()],
      );
    }),
  );
});

test('The assignor has the name by which all clients know it', () => {
  assert.equal(assignorName, 'range');
});

test('Every partition is exactly one member’s, and no share differs from another by more than one', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(ids, fc.nat(60), (memberIds, count) => {
      const assigned = assignRanges(
        memberIds.map((id) => member(id)),
        new Map([['t', count]]),
      );
      const lists = [...assigned.values()].map((topics) => topics.get('t') ?? []);
      assert.deepEqual(
        lists.flat().sort((a, b) => a - b),
        [...Array(count).keys()],
      );
      const lengths = lists.map(({ length }) => length);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }),
  );
});
