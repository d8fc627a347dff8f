import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyedHash, randomHashKey } from './keyed-hash.ts';

/** Of each two, FNV-1a comes to the same behind what stands before them: all ways to take one of each have one hash. */
const alike = [
  ['agrh20g', 'dnk1cpb'],
  ['mfx3hzx', 'f54p6y8'],
  ['arppr98', '9zmk4tm'],
  ['3pe9t4n', '4ywsmud'],
  ['avmlx5z', 'p43gl9v'],
  ['an0k7qb', 'lu9u2sr'],
  ['eo6papb', '43a5oef'],
  ['66cxun5', '3fyv5iy'],
  ['5l7ndqm', 'y9cq17t'],
  ['0mgkpsl', 'us92c4t'],
];

/** 1024 names with one hash by FNV-1a. */
const namesAlike: readonly Buffer[] = Array.from({ length: 1024 }, (_, bits) =>
  Buffer.from(`u/${alike.map((two, at) => two[(bits >> at) & 1]).join('')}`),
);

test('Names that were made to have one hash have many', () => {
  const fnv = (bytes: Uint8Array) =>
    bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
  assert.equal(new Set(namesAlike.map(fnv)).size, 1);
  const key = randomHashKey();
  assert.ok(new Set(namesAlike.map((name) => keyedHash(name, key))).size > 1000);
});

test('One key gives one hash, other bytes and other keys give others', () => {
  const [key, other] = [
    { first: 1, second: 2 },
    { first: 1, second: 3 },
  ];
  const texts = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'a\0', '\0', '\0\0'].map((text) => Buffer.from(text));
  const hashes = texts.map((text) => keyedHash(text, key));
  assert.deepEqual(
    texts.map((text) => keyedHash(Buffer.from(text), key)),
    hashes,
  );
  assert.equal(new Set([...hashes, ...texts.map((text) => keyedHash(text, other))]).size, 18);
  assert.ok(hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32));
});

test('Slots of a table are taken evenly by names that count up', () => {
  const key = randomHashKey();
  const slots = new Uint32Array(256);
  for (let index = 0; index < 25_600; index++)
    slots[keyedHash(Buffer.from(`till-7/2026/11/30/${index}.jpg`), key) & 255]! += 1;
  assert.ok(slots.every((count) => count > 50 && count < 160));
});
