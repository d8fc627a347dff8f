import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import { decodeSenderKey, encodeSenderKey, senderKeyDigest, senderKeyTombstone } from './sender-key.ts';

/** FORMAT.md, "Keys": the vector that stands there. */
const digest = 'ea866a757e4c38babfa8127cbe9a409d3e1f93a00ff1488ff735fcf917afffd0';

test('A key, its record, and the record that takes it back', () => {
  const key = {
    digest,
    streams: 'cam-*',
    name: 'north hall',
    created: 1_790_000_000_000,
    expires: 1_792_592_000_000,
  };
  const record = encodeSenderKey(key);
  assert.equal(Buffer.from(record.key ?? []).toString(), digest);
  assert.equal(
    String(record.value),
    '{"v":1,"streams":"cam-*","name":"north hall","created":1790000000000,"expires":1792592000000}',
  );
  const bytes = { key: Buffer.from(digest), value: Buffer.from(String(record.value)) };
  assert.deepEqual(decodeSenderKey(bytes), { digest, key });
  assert.deepEqual(decodeSenderKey({ key: Buffer.from(digest), value: null }), { digest, key: undefined });
  assert.equal(senderKeyTombstone(digest).value, null);
});

test('The digest of the key that FORMAT.md shows', () => {
  assert.equal(
    senderKeyDigest('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'),
    'ea866a757e4c38babfa8127cbe9a409d3e1f93a00ff1488ff735fcf917afffd0',
  );
});

test('What is none is refused', () => {
  const value = Buffer.from('{"v":1,"streams":"cam","name":"","created":1}');
  for (const record of [
    { key: null, value },
    { key: Buffer.from('cam'), value },
    { key: Buffer.from(digest.toUpperCase()), value },
    { key: Buffer.from(digest), value: Buffer.from('{') },
    { key: Buffer.from(digest), value: Buffer.from('{"v":2,"streams":"cam","name":"","created":1}') },
    { key: Buffer.from(digest), value: Buffer.from('{"v":1,"streams":"","name":"","created":1}') },
  ])
    assert.throws(() => decodeSenderKey(record), FormatError);
  assert.throws(() => encodeSenderKey({ digest: 'x', streams: 'cam', name: '', created: 1 }), FormatError);
});
