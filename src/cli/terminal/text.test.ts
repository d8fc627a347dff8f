import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { printable } from '../../printable.ts';
import { cutEnd, cutMiddle, padEnd, padStart, widthOf, wrap } from './text.ts';

test('characters that could drive the terminal are shown by their codes', () => {
  assert.equal(printable('a\u001b[2Jb\n\r\t\u0007'), 'a\\x1b[2Jb\\x0a\\x0d\\x09\\x07');
  assert.equal(printable('\u009b31m'), '\\x9b31m');
  assert.equal(printable('invoice\u202egpj.exe'), 'invoice\\u202egpj.exe');
  assert.equal(printable('räksmörgås/写真/фото.jpg'), 'räksmörgås/写真/фото.jpg');
});

test('cut at the end', () => {
  assert.equal(cutEnd('abcdef', 6), 'abcdef');
  assert.equal(cutEnd('abcdef', 4), 'abc…');
  assert.equal(cutEnd('写真写真', 5), '写真…');
  assert.equal(cutEnd('abcdef', 0), '');
});

test('cut in the middle: the end of a path stays', () => {
  assert.equal(cutMiddle('photos/2026/07/holiday/img_0001.jpg', 20), 'photos…/img_0001.jpg');
  assert.equal(cutMiddle('写真/写真/写真.jpg', 12), '写…/写真.jpg');
  assert.equal(cutMiddle('abcdef', 3), 'ab…');
});

test('whatever the text, it fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      const shown = printable(text);
      assert.ok(widthOf(cutEnd(shown, columns)) <= columns);
      assert.ok(widthOf(cutMiddle(shown, columns)) <= columns);
      assert.doesNotMatch(shown, /\p{Cc}/u);
    }),
  );
});

test('words are wrapped, a long one stands alone', () => {
  assert.deepEqual(wrap('to read and to write', 8), ['to read', 'and to', 'write']);
  assert.deepEqual(wrap('a-word-without-end b', 8), ['a-word-without-end', 'b']);
});

test('padding counts columns, not characters', () => {
  assert.equal(padEnd('写', 4), '写  ');
  assert.equal(padStart('写', 4), '  写');
  assert.equal(padStart('abc', 2), 'abc');
});
