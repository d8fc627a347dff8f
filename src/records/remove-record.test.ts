import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyPath, anyUploadId } from '../../test/support/arbitraries.ts';
import fc from '../../test/support/properties.ts';
import { consumed } from '../../test/support/records.ts';
import { FormatError } from '../errors.ts';
import { decodeFileRecord } from './file-record.ts';
import { decodeNames, namesLimit, textOf } from './name-list.ts';
import { decodeRemove, encodeRemove } from './remove-record.ts';

const upload = '0123456789abcdef0123456789abcdef';

test('What is written is read as it was', () => {
  const entries = fc.array(
    fc.tuple(anyPath, anyUploadId).map(([path, id]) => ({ path, upload: id })),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(entries, (all) => {
      const decoded = decodeFileRecord(consumed(encodeRemove('shop', all)));
      assert.deepEqual(decoded, { kind: 'remove', uploader: 'shop', entries: all, refused: [] });
    }),
  );
});

test('The value is one line of JSON', () => {
  const { value } = encodeRemove('shop', [{ path: 'a\nb', upload }]);
  assert.equal(String(value), `[{"path":"a\\nb","upload":"${upload}"}]\n`);
});

test('What no reader takes is not written', () => {
  for (const [uploader, path] of [
    ['shop', '../a'],
    ['shop', ''],
    ['.shop', 'a'],
  ] as const)
    assert.throws(() => encodeRemove(uploader, [{ path, upload }]), FormatError);
  assert.throws(() => encodeRemove('shop', []), /0 names/);
  assert.throws(
    () => encodeRemove('shop', new Array(namesLimit + 1).fill({ path: 'a', upload })),
    /10001 names/,
  );
});

test('An entry that breaks a rule is refused by what is right in it, and its neighbours are not', () => {
  const bad = [
    { path: '../b', upload },
    { path: 'b', upload: 'x' },
    { path: 7, upload },
    { path: 'b' },
    null,
    [],
    'b',
  ];
  for (const entry of bad) {
    const value = Buffer.from(`${JSON.stringify([{ path: 'a', upload }, entry, { path: 'c', upload }])}\n`);
    const { entries, refused } = decodeRemove('shop', value, 3);
    assert.deepEqual(
      entries.map(({ path }) => path),
      ['a', 'c'],
    );
    assert.match(refused[0]!.reason, /^entry 1 of a list: /);
  }
  const named = decodeRemove('shop', Buffer.from('[{"path":"b","upload":"x"}]\n'), 1).refused[0];
  assert.deepEqual([named?.path, named?.upload], ['b', undefined]);
});

test('What is no such list is refused', () => {
  for (const [text, count] of [
    ['', 1],
    ['[]\n', 0],
    ['[]\n', 1],
    ['{}\n', 1],
    ['[1,2]\n', 1],
    ['[1]', 1],
    ['[}\n', 1],
    ['[1]\n', namesLimit + 1],
  ] as const)
    assert.throws(() => decodeRemove('shop', Buffer.from(text), count), FormatError, text);
  const notUtf8 = Buffer.from('["\xff"]\n', 'latin1');
  assert.throws(
    () => decodeNames(notUtf8, 1, (entry) => ({ path: textOf(entry, 'path'), upload })),
    FormatError,
  );
});
