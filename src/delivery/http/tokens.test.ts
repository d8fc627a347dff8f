import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { Gate, makeToken, readToken } from './tokens.ts';

const key = 'a key that nobody knows';
const expires = 1_790_000_000_000;

test('A token says what it was made for', () => {
  for (const stream of ['cam1', 'a.b.c', '*']) {
    assert.deepEqual(readToken(key, makeToken(key, stream, expires)), { stream, expires });
  }
});

test('It can be made by any tool', () => {
  const said = '1790000000.cam1';
  const signature = createHmac('sha256', key).update(said).digest('base64url');
  assert.equal(makeToken(key, 'cam1', expires), `${said}.${signature}`);
});

test('A token that was changed in any place is none', () => {
  const token = makeToken(key, 'cam1', expires);
  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === '1' ? '2' : '1';
    assert.equal(
      readToken(key, token.slice(0, index) + other + token.slice(index + 1)),
      undefined,
      `${index}`,
    );
  }
  for (const wrong of ['', '.', `${token}x`, token.slice(0, -1), `x${token}`, token.replaceAll('.', '')]) {
    assert.equal(readToken(key, wrong), undefined, wrong);
  }
  assert.equal(readToken('another key', token), undefined);
});

test('A name that is none', () => {
  assert.throws(() => makeToken(key, '../cam', expires), ConfigurationError);
});

test('Who may watch what, and until when', () => {
  let now = expires - 1;
  const gate = new Gate(key, () => now);
  const token = makeToken(key, 'cam1', expires);
  assert.equal(gate.refusal('cam1', token), undefined);
  assert.equal(gate.refusal('cam2', token), 'the token is not valid');
  assert.equal(gate.refusal('cam2', makeToken(key, '*', expires)), undefined);
  assert.equal(gate.refusal('cam1', null), 'a token is needed');
  assert.equal(gate.refusal('cam1', 'nonsense'), 'the token is not valid');
  now = expires;
  assert.equal(gate.refusal('cam1', token), 'the token has expired');
});

test('Without a key nobody is asked', () => {
  assert.equal(new Gate(undefined).refusal('cam1', null), undefined);
});
