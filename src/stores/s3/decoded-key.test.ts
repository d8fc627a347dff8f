import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodedKey } from './decoded-key.ts';

test('Keys are decoded where the server says that it encoded them', () => {
  assert.equal(decodedKey('a%20b%2Bc+d%0A', 'url'), 'a b+c d\n');
  assert.equal(decodedKey('a%20b+c', undefined), 'a%20b+c');
  assert.equal(decodedKey('100%', 'url'), '100%');
});
