import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import type { Header } from '../kafka/contract.ts';
import { fixedHeader, HeaderReader, textHeader } from './headers.ts';

function reader(...headers: readonly Header[]): HeaderReader {
  return new HeaderReader({ headers, headerCount: headers.length });
}

const refused = (work: () => unknown, message: RegExp): void =>
  assert.throws(work, (error) => error instanceof FormatError && message.test(error.message));

test('Text and whole numbers come back as they were written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.maxSafeNat(), (text, number) => {
      const headers = reader(textHeader('text', text), fixedHeader('number', number));
      assert.equal(headers.text('text'), text);
      assert.equal(headers.integer('number'), number);
    }),
  );
});

test('A byte order mark is text too', () => {
  assert.equal(reader(textHeader('a', '\ufeffx')).text('a'), '\ufeffx');
});

test('Every whole number takes 16 bytes', () => {
  for (const number of [0, 1, 999, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    assert.equal(fixedHeader('n', number)[1].length, 16);
  }
});

test('What is no whole number from 0 to 2^53 - 1 is refused', () => {
  const table = [
    '',
    ' ',
    'NaN',
    'Infinity',
    '-1',
    '-0',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    '1_000',
    ' 1',
    '1 ',
    '1\n',
    '٣',
    '9007199254740992',
    '9223372036854775808',
    '00000000000000001',
    '9'.repeat(4096),
  ];
  for (const text of table) {
    refused(() => reader(textHeader('size', text)).integer('size'), /"size" is/);
  }
  assert.equal(reader(textHeader('size', '9007199254740991')).integer('size'), 2 ** 53 - 1);
  assert.equal(reader(textHeader('size', '7')).integer('size'), 7);
});

test('Missing, twice, too long, not UTF-8, too many', () => {
  refused(() => reader().text('path'), /"path" is missing/);
  refused(() => reader(textHeader('path', 'a'), textHeader('path', 'a')), /"path" stands twice/);
  refused(() => reader(['path', Buffer.alloc(4097)]), /4097 bytes/);
  refused(() => reader(['x', Buffer.alloc(1024 * 1024)]), /1048576 bytes/);
  refused(() => reader(['path', Uint8Array.of(0xc3, 0x28)]).text('path'), /not UTF-8/);
  // Overlong, and a surrogate in UTF-8's clothes.
  refused(() => reader(['path', Uint8Array.of(0xc0, 0xae)]).text('path'), /not UTF-8/);
  refused(() => reader(['path', Uint8Array.of(0xed, 0xa0, 0x80)]).text('path'), /not UTF-8/);
  refused(() => new HeaderReader({ headers: [], headerCount: 100_000 }), /100000 headers/);
  assert.equal(reader(textHeader('path', 'a'.repeat(4096))).text('path').length, 4096);
});

test('32 headers are read, and one more is not', () => {
  const many = (count: number) =>
    reader(...Array.from({ length: count }, (_, index) => fixedHeader(`h${index}`, index)));
  assert.equal(many(32).integer('h31'), 31);
  refused(() => many(33), /33 headers, 32 at most/);
});

test('A complaint quotes no more than a line of what it complains of', () => {
  const long = 'x'.repeat(4000);
  for (const read of [
    () => reader(textHeader('size', long)).integer('size'),
    () => reader(textHeader('mode', long)).matching('mode', /^[0-7]{4}$/),
    () => reader([long, Buffer.alloc(5000)]),
    () => reader(textHeader(long, ''), textHeader(long, '')),
  ]) {
    assert.throws(read, (error) => error instanceof FormatError && error.message.length < 250);
  }
});

test('What no reader would take is not written', () => {
  for (const number of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 9.007199254740992e18]) {
    refused(() => fixedHeader('size', number), /^header "size" is .*whole number/);
  }
  refused(() => textHeader('path', 'a'.repeat(4097)), /4097 bytes/);
  refused(() => textHeader('path', 'a\ud800'), /not valid Unicode/);
});
