import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { GrowingOutput, MeasuredOutput, type Output } from './growing.ts';
import { expandLz4 } from './lz4.ts';
import { encodeLz4 } from './lz4-encode.ts';
import { blockBytes } from './matches.ts';
import { expandSnappy } from './snappy.ts';
import { encodeSnappy } from './snappy-encode.ts';

type Encode = (input: Uint8Array) => Uint8Array | undefined;
type Expand = (input: Buffer, output: Output) => void;

const pairs: [string, Encode, Expand][] = [
  ['LZ4', encodeLz4, expandLz4],
  ['Snappy', encodeSnappy, expandSnappy],
];

function check(input: Uint8Array, encode: Encode, expand: Expand): Uint8Array | undefined {
  const encoded = encode(input);
  if (encoded === undefined) return undefined;
  assert.ok(encoded.byteLength < input.byteLength, 'it became no smaller');
  const output = new GrowingOutput(0, input.byteLength);
  expand(Buffer.from(encoded), output);
  assert.ok(output.bytes.equals(input), 'it came out as something else');
  const measured = new MeasuredOutput(input.byteLength);
  expand(Buffer.from(encoded), measured);
  assert.equal(measured.length, input.byteLength);
  return encoded;
}

/** Runs of noise, of one byte, and of what stood before: all that a format has special cases for. */
const run = fc.oneof(
  fc.record({ kind: fc.constant('noise' as const), length: fc.nat(700), seed: fc.nat(255) }),
  fc.record({ kind: fc.constant('same' as const), length: fc.nat(70_000), seed: fc.nat(255) }),
  fc.record({ kind: fc.constant('again' as const), length: fc.nat(400), seed: fc.nat(100_000) }),
);

const content = fc.array(run, { maxLength: 12 }).map((runs) => {
  let all: Buffer = Buffer.alloc(0);
  for (const { kind, length, seed } of runs) {
    const back = Math.min(seed, all.byteLength);
    const next =
      kind === 'noise'
        ? Buffer.from(Array.from({ length }, (_, at) => Math.imul(at + seed, 0x9e3779b1) >>> 24))
        : kind === 'same'
          ? Buffer.alloc(length, seed)
          : all.subarray(all.byteLength - back, all.byteLength - back + length);
    all = Buffer.concat([all, next]);
  }
  return all;
});

for (const [name, encode, expand] of pairs) {
  test(`Whatever ${name} makes smaller comes out as it was`, () => {
    fc.assert(
      fc.property(content, (input) => {
        check(input, encode, expand);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name} comes out as it was at the edges of blocks, matches and lengths`, () => {
    const word = Buffer.from('0123456789');
    for (const edge of [0, 15, 16, 60, 61, 64, 68, 256, 270, 1000, 2048, blockBytes, 2 * blockBytes]) {
      for (let size = Math.max(0, edge - 6); size <= edge + 6; size += 1) {
        const noise = randomBytes(size);
        for (const input of [
          Buffer.alloc(size, 'x'),
          Buffer.alloc(size, word),
          Buffer.concat([word, noise.subarray(20), word]),
          Buffer.concat([noise.subarray(0, 2100), noise, Buffer.alloc(100)]),
        ])
          check(input, encode, expand);
      }
    }
  });

  test(`${name} makes much of what repeats, and nothing of noise`, () => {
    const text = Buffer.alloc(200_000, 'Of many alike, many are alike. ');
    assert.ok(check(text, encode, expand)!.byteLength < text.byteLength / 15);
    assert.equal(encode(randomBytes(200_000)), undefined);
    assert.equal(encode(new Uint8Array(0)), undefined);
    assert.equal(encode(new Uint8Array(1)), undefined);
    // Blocks that do not shrink are stored beside those that do.
    const mixed = Buffer.concat([randomBytes(blockBytes), Buffer.alloc(blockBytes), randomBytes(blockBytes)]);
    assert.ok(check(mixed, encode, expand)!.byteLength < mixed.byteLength - blockBytes * 0.9);
  });
}
