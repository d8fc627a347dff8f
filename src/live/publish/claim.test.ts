import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { expectKey, holderAfter, keyDigest, refusal, type StandingClaim } from './claim.ts';

const claim = (more: Partial<StandingClaim> = {}): StandingClaim => ({
  stream: 'cam',
  state: 'live',
  epoch: 1,
  owner: 'a',
  host: 'studio-2',
  lasts: 10_000,
  partition: 0,
  began: 0,
  media: 0,
  discontinuities: 0,
  offset: 0,
  targets: { part: 200_000, segment: 2_000_000 },
  at: 0,
  written: 0,
  ...more,
});

test('Whose the stream is after one more claim', () => {
  const one = claim({ epoch: 3, owner: 'a' });
  const table: [string, StandingClaim | undefined, 'next' | 'holder' | undefined][] = [
    ['a renewal', claim({ epoch: 3, owner: 'a', at: 9 }), 'next'],
    ['a greater epoch', claim({ epoch: 4, owner: 'b' }), 'next'],
    ['the same epoch by another', claim({ epoch: 3, owner: 'b' }), 'holder'],
    ['a zombie that renews', claim({ epoch: 2, owner: 'b' }), 'holder'],
    ['forgotten', undefined, 'next'],
  ];
  for (const [what, next, expected] of table)
    assert.equal(holderAfter(one, next), expected === 'next' ? next : one, what);
  const first = claim();
  assert.equal(holderAfter(undefined, first), first);
});

test('Whatever is written, the holder is the first who claimed the greatest epoch', () => {
  const any = fc.array(fc.record({ epoch: fc.nat(4), owner: fc.constantFrom('a', 'b', 'c') }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(any, (claims) => {
      let holder: StandingClaim | undefined;
      for (const one of claims) holder = holderAfter(holder, claim(one));
      const greatest = Math.max(...claims.map(({ epoch }) => epoch));
      assert.equal(holder?.epoch, greatest);
      assert.equal(holder?.owner, claims.find(({ epoch }) => epoch === greatest)?.owner);
    }),
  );
});

test('A key is asked for where one was given, and told to nobody', () => {
  expectKey(claim(), undefined);
  expectKey(claim(), 'needless');
  const locked = claim({ key: keyDigest('open sesame') });
  expectKey(locked, 'open sesame');
  assert.throws(() => expectKey(locked, undefined), /SLUICE_STREAM_KEY/);
  assert.throws(
    () => expectKey(locked, 'wrong'),
    (error: Error) => !/wrong|sesame/.test(error.message),
  );
});

test('A refusal names who publishes, and what can be done', () => {
  const { message, exitCode } = refusal(claim({ pid: 4711 }));
  assert.match(message, /"cam" .*studio-2 \(process 4711, owner a\).*--takeover/);
  assert.equal(exitCode, 2);
});
