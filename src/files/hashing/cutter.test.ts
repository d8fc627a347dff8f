import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { bitsFor, PieceHasher } from './piece-hasher.ts';

const bits = 14;

/** Noise by a seed: the cuts of it are the same on every machine. */
function seeded(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Each piece as text, in order; the bytes come in parts of these lengths, over and over. */
function cut(bytes: Buffer, parts: readonly number[] = [1 << 20]): string[] {
  const hasher = new PieceHasher(bits, 1 << 24);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = parts[n % parts.length]!;
    hasher.update(bytes.subarray(at, at + length));
    at += length;
  }
  const { pieces } = hasher.index()!;
  return Array.from({ length: pieces.length / 20 }, (_, n) =>
    Buffer.from(pieces.subarray(n * 20, n * 20 + 20)).toString('hex'),
  );
}

const lengthOf = (piece: string): number => Number.parseInt(piece.slice(0, 8), 16);

test('The cuts are the same whatever came at a time', () => {
  const bytes = seeded(1, 700_000);
  const wanted = cut(bytes);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 5 }), (parts) => {
      fc.pre(parts.some((part) => part > 100));
      assert.deepEqual(cut(bytes, parts), wanted);
    }),
    { numRuns: 30, seed: 205 },
  );
  assert.deepEqual(cut(bytes, [1]), wanted);
});

test('Pieces are the bytes in their order, of lengths between a quarter and four times the average', () => {
  const bytes = seeded(2, 2_000_000);
  let at = 0;
  const pieces = cut(bytes);
  for (const [n, piece] of pieces.entries()) {
    const length = lengthOf(piece);
    assert.ok(length <= 4 << bits && (n === pieces.length - 1 || length >= 1 << (bits - 2)));
    const hash = createHash('sha256')
      .update(bytes.subarray(at, at + length))
      .digest('hex');
    assert.equal(piece.slice(8), hash.slice(0, 32));
    at += length;
  }
  assert.equal(at, bytes.length);
  assert.ok(pieces.length > 60 && pieces.length < 250, `${pieces.length} pieces`);
});

test('An insertion, wherever it is, changes few pieces', () => {
  const bytes = seeded(3, 2_000_000);
  const known = new Set(cut(bytes));
  const place = fc.integer({ min: 0, max: bytes.length });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 5000 }), (at, length) => {
      const changed = Buffer.concat([bytes.subarray(0, at), seeded(at + 9, length), bytes.subarray(at)]);
      const fresh = cut(changed).filter((piece) => !known.has(piece));
      assert.ok(fresh.length <= 8, `${fresh.length} new pieces`);
    }),
    { numRuns: 25, seed: 205 },
  );
});

test('What has one content all over is cut at the longest', () => {
  const lengths = cut(Buffer.alloc(300_000)).map(lengthOf);
  assert.deepEqual(
    lengths.slice(0, -1),
    lengths.slice(0, -1).map(() => 4 << bits),
  );
});

test('These cuts are those of every release: cuts of one version are compared with those of another', () => {
  const digest = createHash('sha256')
    .update(cut(seeded(4, 1_000_000)).join())
    .digest('hex');
  assert.equal(digest.slice(0, 16), '0e515a8ec10cd51f');
});

test('Of more pieces than a record holds there is no index', () => {
  const hasher = new PieceHasher(bits, 200);
  hasher.update(seeded(5, 1_000_000));
  assert.equal(hasher.index(), undefined);
});

test('The average grows with the file, and with what a small record leaves', () => {
  assert.equal(bitsFor(1_000_000, 1_048_576), 14);
  assert.equal(bitsFor(200_000_000, 1_048_576), 15);
  assert.equal(bitsFor(1_000_000_000, 1_048_576), 17);
  assert.equal(bitsFor(1_000_000_000_000, 1_048_576), 27);
  assert.equal(bitsFor(10_000_000, 1024), 20);
});
