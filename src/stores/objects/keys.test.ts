import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOfKey } from './keys.ts';

test('A key below the prefix is a path', () => {
  for (const path of [
    'a',
    'a/b',
    '写真',
    'back\\slash',
    'a b',
    '.hidden',
    'dir/.sluice/a',
    '.sluice-not',
    '%41+',
  ])
    for (const prefix of ['', 'in/', 'a/b/']) assert.equal(pathOfKey(prefix, prefix + path, 1), path);
});

test('Folders of consoles, and the store’s own, are passed over', () => {
  for (const key of ['in/', 'in/a/', 'in/a/b/', 'in//'])
    assert.equal(pathOfKey('in/', key, 0), undefined, key);
  for (const key of ['in/.sluice', 'in/.sluice/x']) assert.equal(pathOfKey('in/', key, 5), undefined, key);
});

test('Keys that are no paths are told, with the reason', () => {
  const table: [key: string, reason: RegExp][] = [
    ['a//b', /empty segment/],
    ['/a', /begins with a slash/],
    ['a/../b', /"\.\." segment/],
    ['..', /"\.\." segment/],
    ['./a', /"\." segment/],
    ['a/', /ends with a slash/],
    [`a/${'n'.repeat(256)}`, /longer than 255 bytes/],
    [`${'d/'.repeat(2048)}e`, /longer than 4096 bytes/],
    ['a\u0001', /control character/],
    ['a\nb', /control character/],
    ['a\u007f', /control character/],
  ];
  for (const [key, reason] of table) {
    const found = pathOfKey('in/', `in/${key}`, 5);
    assert.ok(typeof found === 'object' && found.path === key, key);
    assert.match(found.reason, reason);
  }
  assert.match((pathOfKey('in/', 'out/a', 5) as { reason: string }).reason, /not below in\//);
  // The prefix itself, with bytes.
  assert.deepEqual(pathOfKey('in/', 'in/', 5), {
    path: 'in/',
    reason: 'the key is empty',
  });
});
