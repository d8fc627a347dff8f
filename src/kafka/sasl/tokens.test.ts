import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf, expiryOf, TokenCache } from './tokens.ts';

/** A provider of tokens a, b, c, ... of 100 s each, and a clock, both in the test's hand. */
function provider() {
  const state = { now: 0, calls: 0, down: false };
  const fetchToken = async () => {
    state.calls++;
    if (state.down) throw new Error('down');
    return { value: String.fromCharCode(96 + state.calls), expiresAt: state.now + 100_000 };
  };
  return { state, cache: new TokenCache(fetchToken, () => state.now) };
}

test('A token is kept until four fifths of its life are over', async () => {
  const { state, cache } = provider();
  assert.equal((await cache.get()).value, 'a');
  state.now = 79_999;
  assert.equal((await cache.get()).value, 'a');
  state.now = 80_000;
  assert.equal((await cache.get()).value, 'b');
});

test('Callers at the same time share one request', async () => {
  const { state, cache } = provider();
  const same = { value: 'a', isKept: false };
  assert.deepEqual(await Promise.all([cache.get(), cache.get(), cache.get()]), [same, same, same]);
  assert.equal(state.calls, 1);
});

test('While the provider is down the last token is given as long as it is good', async () => {
  const { state, cache } = provider();
  await cache.get();
  state.down = true;
  state.now = 85_000;
  assert.equal((await cache.get()).value, 'a');
  assert.equal((await cache.get()).value, 'a');
  assert.equal(state.calls, 2, 'a provider that just failed is left alone for a while');
  state.now = 99_999;
  assert.equal((await cache.get()).value, 'a');
  state.now = 100_000;
  await assert.rejects(cache.get(), /down/);
  state.down = false;
  assert.equal((await cache.get()).value, 'e');
});

test('A token that a broker refused is not given again', async () => {
  const { cache } = provider();
  await cache.get();
  cache.forget('a');
  assert.equal((await cache.get()).value, 'b');
  cache.forget('a');
  assert.deepEqual(await cache.get(), { value: 'b', isKept: true }, 'nothing was said against that one');
});

test('A token without a lifetime is not kept', async () => {
  let calls = 0;
  const cache = new TokenCache(async () => ({ value: String(++calls), expiresAt: undefined }));
  assert.equal((await cache.get()).value, '1');
  assert.equal((await cache.get()).value, '2');
});

test('The claims of a token are read, and what is no JSON Web Token has none', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'none' })}.${part({ sub: 'till', exp: 1_800_000_000 })}.`;
  assert.equal(claimsOf(token)?.sub, 'till');
  assert.equal(expiryOf(token), 1_800_000_000_000);
  for (const other of ['opaque', '', 'a.b.c', `x.${part('text')}.y`, `x.${part(null)}.y`]) {
    assert.equal(claimsOf(other), undefined);
    assert.equal(expiryOf(other), undefined);
  }
});
