import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asideNames } from './aside-names.ts';

function first(target: string, count = 1): string[] {
  const names = asideNames(target);
  return Array.from({ length: count }, () => names.next().value);
}

test('The number stands before the ending, in the same folder', () => {
  for (const [target, name] of [
    ['shop/report.pdf', 'shop/report~1.pdf'],
    ['shop/a.b/report', 'shop/a.b/report~1'],
    ['shop/.profile', 'shop/.profile~1'],
    ['shop/a.tar.gz', 'shop/a.tar~1.gz'],
    ['shop/ends.', 'shop/ends~1.'],
    [`shop/a.${'b'.repeat(40)}`, `shop/a.${'b'.repeat(40)}~1`],
  ] as const)
    assert.deepEqual(first(target), [name]);
  assert.deepEqual(first('shop/a.txt', 3), ['shop/a~1.txt', 'shop/a~2.txt', 'shop/a~3.txt']);
});

test('A name that is too long is cut between characters', () => {
  const names = first(`shop/${'😀'.repeat(62)}.txt`, 12).map((target) => target.slice('shop/'.length));
  assert.ok(names.every((name) => Buffer.byteLength(name) <= 255 && name.isWellFormed()));
  assert.equal(new Set(names).size, names.length);
});
