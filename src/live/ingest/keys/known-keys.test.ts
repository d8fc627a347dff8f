import assert from 'node:assert/strict';
import { test } from 'node:test';
import { senderKeyDigest } from '../../../records/sender-key.ts';
import { KnownKeys } from './known-keys.ts';

const now = 1_790_000_000_000;

function known(streams: string, expires?: number): KnownKeys {
  const keys = new KnownKeys();
  const digest = senderKeyDigest('secret');
  keys.take(digest, { digest, streams, name: '', created: 1, ...(expires === undefined ? {} : { expires }) });
  return keys;
}

test('What a key opens, by its pattern and its time', () => {
  const digest = senderKeyDigest('secret');
  for (const [pattern, stream, isGood] of [
    ['cam', 'cam', true],
    ['cam', 'cam2', false],
    ['cam-*', 'cam-2', true],
    ['cam-*', 'studio', false],
    ['{cam,studio}', 'studio', true],
    ['*', '.hidden', true],
  ] as const) {
    const keys = known(pattern);
    assert.equal(keys.ask('secret', stream, now).isGood, isGood, `${pattern} ${stream}`);
    assert.equal(keys.holds(digest, stream, now), isGood);
  }
  assert.equal(known('*', now + 1).ask('secret', 'cam', now).isGood, true);
  assert.deepEqual(known('*', now).ask('secret', 'cam', now), {
    isGood: false,
    message:
      'the key was good until 2026-09-21 14:13 UTC, and here it is 2026-09-21 14:13: ask for a new one',
  });
});

test('Nobody is let in without a key that stands there, nor by its digest', () => {
  const keys = known('*');
  for (const key of ['', 'Secret', 'secret ', senderKeyDigest('secret')]) {
    const answer = keys.ask(key, 'cam', now);
    assert.equal(answer.isGood, false);
    assert.ok(!answer.isGood && !/secret/i.test(answer.message));
  }
  keys.take(senderKeyDigest('secret'), undefined);
  assert.equal(keys.ask('secret', 'cam', now).isGood, false);
  assert.equal(keys.size, 0);
});
