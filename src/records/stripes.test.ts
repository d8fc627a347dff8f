import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import { decodeFileRecord, encodeChunk, encodeClose } from './file-record.ts';
import { stripesShape } from './places-json.ts';
import { checkStripes, isStriped, type Stripe, stripesLimit, stripesOf, stripesText } from './stripes.ts';

const ref = { uploader: 'shop', path: 'a', upload: '0'.repeat(32) };
const facts = { size: 5, digest: `sha256:${'0'.repeat(64)}`, mtime: '1', mode: 0o644 };

test('Whatever may be said comes out as it was said, and fits a header', () => {
  const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const stripe = fc.tuple(fc.nat(), offset, offset).map(([partition, one, other]): Stripe => {
    return [partition, Math.min(one, other), Math.max(one, other)];
  });
  const all = fc.uniqueArray(stripe, {
    minLength: 1,
    maxLength: stripesLimit,
    selector: ([partition]) => partition,
  });
  fc.assert(
    fc.property(all, (stripes) => {
      assert.ok(stripesText(stripes).length <= 4096);
      assert.deepEqual(stripesOf(stripesText(stripes)), stripes);
    }),
    { numRuns: 200, seed: 248 },
  );
});

test('Chunks and closing records say it, and are told from others', () => {
  const chunk = encodeChunk({
    ...ref,
    size: 5,
    offset: 0,
    checksum: 'md5',
    bytes: Buffer.from('abc'),
    home: 2,
  });
  const close = encodeClose({ ...ref, ...facts, stripes: [[2, 5, 9]] });
  const plain = encodeChunk({ ...ref, size: 5, offset: 0, checksum: 'md5', bytes: Buffer.from('abc') });
  const [first, second, third] = [chunk, close, plain].map(({ headers = [], value }) => {
    const bytes = value as Uint8Array;
    return { offset: 0, timestamp: 0, key: null, headers, headerCount: headers.length, value: bytes };
  });
  const decoded = decodeFileRecord(first!);
  assert.equal(decoded?.kind === 'chunk' && decoded.home, 2);
  const closed = decodeFileRecord(second!);
  assert.deepEqual(closed?.kind === 'close' && closed.stripes, [[2, 5, 9]]);
  assert.deepEqual(
    [first, second, third].map((one) => isStriped(one!)),
    [true, false, false],
  );
  assert.equal(Object.hasOwn(decodeFileRecord(third!)!, 'home'), false);
});

const many = Array.from({ length: stripesLimit + 1 }, (_, n): Stripe => [n, 0, 1]);
for (const [what, wrong] of [
  ['none', []],
  ['too many', many],
  [
    'a partition twice',
    [
      [1, 0, 1],
      [1, 2, 3],
    ],
  ],
  ['one from behind', [[1, 2, 1]]],
  ['one before the begin', [[1, -1, 1]]],
  ['halves', [[1, 0.5, 1]]],
  ['what no number counts', [[1, 0, 2 ** 53]]],
] as const) {
  test(`Stripes of ${what} are refused`, () => {
    assert.throws(() => checkStripes(wrong as readonly Stripe[]), FormatError);
  });
}

for (const text of [
  '',
  '1',
  '1:2',
  '1:2-',
  '1:2-3,',
  ' 1:2-3',
  '1:2-3;2:2-3',
  '1:-2-3',
  '1:2-99999999999999999',
  '1:2-9999999999999999',
  'x:1-2',
])
  test(`"${text}" says no stripes`, () => {
    assert.throws(() => stripesOf(text), FormatError);
  });

test('State has none that no reader would follow', () => {
  assert.deepEqual(stripesShape.parse([[1, 5, 9]]), [[1, 5, 9]]);
  for (const wrong of [
    [],
    [[1, 9, 5]],
    [
      [1, 5, 9],
      [1, 10, 12],
    ],
    [[1, 5]],
    [[-1, 5, 9]],
  ])
    assert.equal(stripesShape.safeParse(wrong).success, false, JSON.stringify(wrong));
});
