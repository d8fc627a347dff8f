import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { FormatError } from '../../../errors.ts';
import { type AmfValue, decodeAmf, encodeAmf } from './amf0.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('Values by their bytes', () => {
  const table: readonly (readonly [string, AmfValue])[] = [
    ['00 3ff0000000000000', 1],
    ['01 01', true],
    ['02 0003 616263', 'abc'],
    ['03 0001 61 05 0000 09', { a: null }],
    ['05', null],
    ['06', undefined],
    ['08 00000007 0001 61 01 00 0000 09', { a: false }],
    ['03 0000 05 0001 61 06 0000 09', { '': null, a: undefined }],
    ['0a 00000002 05 06', [null, undefined]],
    ['0b 4059000000000000 0000', 100],
    ['0c 00000002 6162', 'ab'],
    ['0d', undefined],
    ['0f 00000001 78', 'x'],
    ['10 0001 43 0001 61 05 0000 09', { a: null }],
  ];
  for (const [bytes, value] of table) assert.deepEqual(decodeAmf(hex(bytes)), [value], bytes);
  assert.deepEqual(decodeAmf(hex('')), []);
});

test('A name that every object has is a property as any other', () => {
  const [value] = decodeAmf(hex('03 0009 5f5f70726f746f5f5f 03 0001 61 05 0000 09 0000 09'));
  assert.ok(typeof value === 'object' && value !== null);
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(Reflect.get({}, 'a'), undefined);
});

test('What is no AMF0, what is too deep, and what is too much', () => {
  const deep = (depth: number) => hex(`${'03 0001 61 '.repeat(depth)}05${'0000 09'.repeat(depth)}`);
  assert.ok(decodeAmf(deep(8)));
  const lists = (depth: number) => hex(`${'0a 00000001 '.repeat(depth)}05`);
  assert.ok(decodeAmf(lists(8)));
  for (const bytes of [
    hex('00 3ff0'),
    hex('02 0009 61'),
    hex('03 0001'),
    hex('03 0001 61 05'),
    hex('07 0001'),
    hex('11'),
    hex('0a ffffffff 05'),
    hex('0c ffffffff 05'),
    deep(9),
    lists(9),
    hex(`${'08 00000000 0001 61 '.repeat(9)}05${'0000 09'.repeat(9)}`),
    hex(`${'10 0000 0001 61 '.repeat(9)}05${'0000 09'.repeat(9)}`),
    Buffer.alloc(513, 5),
  ])
    assert.throws(() => decodeAmf(bytes), FormatError, bytes.toString('hex').slice(0, 40));
});

const leaf = fc.oneof(
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.constant(undefined),
);
const { value } = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

test('Whatever is written is read as it was', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      assert.deepEqual(decodeAmf(encodeAmf(values)), values);
    }),
  );
});
