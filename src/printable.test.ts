import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../test/support/properties.ts';
import { printable, printableJson } from './printable.ts';

/** What terminals, pagers and log readers obey, and what turns text around. */
const harmful = [
  '\x00',
  '\x07',
  '\x1b[2J',
  '\r',
  '\n',
  '\x7f',
  '\x9b31m',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ud800',
];
const acts = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

test('Nothing that acts is left of a text, and what is shown names it', () => {
  for (const text of harmful) assert.doesNotMatch(printable(`a${text}b`), acts, JSON.stringify(text));
  assert.equal(printable('a\x1b[2J\nb\u202egpj'), 'a\\x1b[2J\\x0ab\\u202egpj');
  assert.equal(printable('Übung, 日本 😀'), 'Übung, 日本 😀');
});

test('A line of JSON holds nothing that acts but its end, and means the same', () => {
  const anything = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.dictionary(anything, fc.oneof(anything, fc.constantFrom(...harmful))), (value) => {
      const text = JSON.stringify(value);
      const line = printableJson(`${text}\n`);
      assert.doesNotMatch(line.slice(0, -1), acts);
      assert.equal(line.at(-1), '\n');
      assert.deepEqual(JSON.parse(line), JSON.parse(text));
    }),
  );
});
