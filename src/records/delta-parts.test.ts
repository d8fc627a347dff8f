import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { FormatError } from '../errors.ts';
import {
  checkDeltaParts,
  type DeltaParts,
  decodeDeltaParts,
  deltaPartsOf,
  encodeDeltaParts,
  partsJson,
  rangesLimit,
  sinceOf,
} from './delta-parts.ts';
import { decodeFileRecord, encodeDelta } from './file-record.ts';
import { decodePieceIndex, encodePieceIndex, pieceBytes } from './piece-index.ts';

const [older, old, own] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];
const digest = `sha256:${'0'.repeat(64)}`;

const right: DeltaParts = {
  base: { upload: old, path: 'a/b', size: 1000, digest },
  sources: [
    { upload: older, path: 'a/b', partition: 2, first: 10, last: 20, size: 900 },
    { upload: old, path: 'a/b', partition: 2, first: 30, last: 31, size: 1000 },
  ],
  ranges: [
    { offset: 0, length: 400, at: 0, source: 0, from: 0 },
    { offset: 450, length: 100, at: 400, source: 1, from: 400 },
    { offset: 550, length: 500, at: 500, source: 0, from: 400 },
  ],
};

test('A delta is what it was after it was a record', () => {
  const facts = { size: 1100, digest, mtime: '17', mode: 0o644 };
  const delta = {
    uploader: 'shop',
    path: 'a/b',
    upload: own,
    ...facts,
    parts: right,
    index: Buffer.from([1]),
  };
  const { headers = [], value } = encodeDelta(delta);
  const bytes = Buffer.concat(value as Uint8Array[]);
  const record = { offset: 0, timestamp: 0, key: null, headers, headerCount: headers.length, value: bytes };
  assert.deepEqual(decodeFileRecord(record), { kind: 'delta', ...delta });
  assert.equal(sinceOf(right), 10);
  assert.deepEqual(deltaPartsOf(JSON.parse(JSON.stringify(partsJson(right)))), right);
});

test('Whatever may be said comes out as it was said', () => {
  const lengths = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 5000 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 5 }), (pairs, count) => {
      const size = 1_000_000;
      let end = 0;
      const ranges = pairs.map(([gap, length], index) => {
        const offset = end + gap;
        end = offset + length;
        return { offset, length, at: index * 7, source: index % count, from: index * 11 };
      });
      const sources = Array.from({ length: count }, (_, n) => ({
        ...{ upload: `${n}`.padStart(32, '0'), path: `${n}`, partition: 1 },
        ...{ first: n, last: n + 5, size },
      }));
      const parts = { base: { upload: old, path: 'x', size, digest }, sources, ranges };
      checkDeltaParts(parts, own, size);
      assert.deepEqual(decodeDeltaParts(encodeDeltaParts(parts)), parts);
    }),
    { numRuns: 100, seed: 205 },
  );
});

const [first, second] = right.ranges as [DeltaParts['ranges'][0], DeltaParts['ranges'][0]];
const [source] = right.sources as [DeltaParts['sources'][0]];

for (const [what, wrong] of [
  ['an overlap', { ranges: [first, { ...second, offset: 399 }] }],
  ['ranges out of order', { ranges: [second, first] }],
  ['a range past the file', { ranges: [{ ...first, offset: 1000 }] }],
  ['a range past its base', { ranges: [{ ...first, at: 601 }] }],
  ['a range past its source', { ranges: [{ ...first, from: 501 }] }],
  ['a range of nothing', { ranges: [{ ...first, length: 0 }] }],
  ['a range of no source', { ranges: [{ ...first, source: 2 }] }],
  ['a range before the file', { ranges: [{ ...first, offset: -1 }] }],
  ['no range', { ranges: [] }],
  ['too many ranges', { ranges: Array.from({ length: rangesLimit + 1 }, () => first) }],
  ['no source', { sources: [] }],
  ['a source twice', { sources: [source, source] }],
  ['itself', { sources: [{ ...source, upload: own }] }],
  ['what comes later', { sources: [{ ...source, upload: 'd'.repeat(32) }] }],
  ['a later base', { base: { ...right.base, upload: own } }],
  ['a name outside', { sources: [{ ...source, path: '../x' }] }],
  ['a base outside', { base: { ...right.base, path: '/x' } }],
  ['several partitions', { sources: [source, { ...source, upload: old, partition: 3 }] }],
  ['records from behind', { sources: [{ ...source, first: 21 }] }],
  ['a base of no digest', { base: { ...right.base, digest: 'x' } }],
] as const) {
  test(`A delta of ${what} is refused`, () => {
    checkDeltaParts(right, own, 1100);
    assert.throws(() => checkDeltaParts({ ...right, ...wrong }, own, 1100), FormatError);
  });
}

test('What is no list of parts is refused', () => {
  const text = Buffer.from(encodeDeltaParts(right)).toString();
  for (const wrong of [
    '',
    '\n',
    'null\n',
    '{}\n',
    '[1]\n',
    text.slice(0, -1),
    text.replace('[0,400', '["0",400'),
  ]) {
    assert.throws(() => decodeDeltaParts(Buffer.from(wrong)), FormatError, wrong.slice(0, 20));
  }
});

test('An index of pieces is what it was, and a wrong one is refused', () => {
  const pieces = Buffer.alloc(2 * pieceBytes, 7);
  pieces.writeUInt32BE(4_000_000_000, 0);
  pieces.writeUInt32BE(5, pieceBytes);
  const value = encodePieceIndex({ bits: 20, pieces });
  assert.deepEqual(decodePieceIndex(value, 4_000_000_005), { bits: 20, pieces });
  assert.equal(decodePieceIndex(new Uint8Array(0), 5), undefined);
  for (const wrong of [
    value.subarray(0, -1),
    Uint8Array.of(2, ...value.subarray(1)),
    Uint8Array.of(1, 13, ...value.subarray(2)),
    Uint8Array.of(1, 28, ...value.subarray(2)),
    Uint8Array.of(1),
  ])
    assert.throws(() => decodePieceIndex(wrong, 4_000_000_005), FormatError);
  assert.throws(() => decodePieceIndex(value, 4_000_000_004), FormatError);
});
