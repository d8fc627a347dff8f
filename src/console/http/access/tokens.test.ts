import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeToken } from '../../../delivery/http/tokens.ts';
import { ConfigurationError } from '../../../errors.ts';
import { roles } from '../../contract.ts';
import { makeConsoleToken, mayDo, nameForToken, readConsoleToken } from './tokens.ts';

const key = 'a key of thirty-two characters..';

test('A token says what it was made for, until it is over', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9@._+-]{0,64}$/);
  const seconds = fc.integer({ min: 1, max: 9_999_999_999 });
  fc.assert(
    fc.property(fc.constantFrom(...roles), name, seconds, (role, user, second) => {
      const token = makeConsoleToken(key, { role, user, expires: second * 1000 });
      const permit = readConsoleToken(key, token, second * 1000 - 1);
      assert.deepEqual([permit?.role, permit?.user ?? '', permit?.expires], [role, user, second * 1000]);
      assert.equal(readConsoleToken(key, token, second * 1000), undefined);
      assert.equal(readConsoleToken(`${key}x`, token, 0), undefined);
    }),
  );
});

test('A token that was changed anywhere is none', () => {
  const token = makeConsoleToken(key, { role: 'look', user: 'ann', expires: 2_000_000_000_000 });
  for (let at = 0; at < token.length; at += 1) {
    for (const other of ['A', 'B', '.', '9'])
      if (token[at] !== other)
        assert.equal(readConsoleToken(key, token.slice(0, at) + other + token.slice(at + 1), 0), undefined);
  }
  for (const wrong of [
    '',
    token.slice(1),
    `${token}A`,
    token.replace('look', 'administer'),
    token.replace('ann', ''),
  ])
    assert.equal(readConsoleToken(key, wrong, 0), undefined, wrong);
});

test('A token to watch is none of the console, with the same key too', () => {
  const watching = makeToken(key, 'look', 2_000_000_000_000);
  assert.equal(readConsoleToken(key, watching, 0), undefined);
  const [expiry, , signature] = watching.split('.');
  assert.equal(readConsoleToken(key, `${expiry}.look..${signature}`, 0), undefined);
});

test('Names that a token cannot carry are refused, or made such', () => {
  for (const user of ['a b', 'ü', 'x'.repeat(65), 'a;b', 'a\nb'])
    assert.throws(() => makeConsoleToken(key, { role: 'look', user, expires: 1 }), ConfigurationError);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      makeConsoleToken(key, { role: 'look', user: nameForToken(name), expires: 1 });
    }),
  );
  assert.equal(nameForToken('Änne Ü. <b>'), 'Anne-U.-b-');
});

test('Roles stand in one order', () => {
  assert.ok(mayDo('administer', 'look') && mayDo('send', 'fetch') && mayDo('look', 'look'));
  assert.ok(!mayDo('look', 'fetch') && !mayDo('send', 'administer'));
});
