import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from '../../../test/support/properties.ts';
import type { NewRecord } from '../contract.ts';
import { looksCompressible, looksEmpty } from './look.ts';

const source = readFileSync(new URL(import.meta.url));
const text = Buffer.concat(Array.from({ length: 100 }, () => source));

/** Numbers that walk up and down, as sensors and sound have them. */
const sound = Buffer.from(Int16Array.from({ length: 50_000 }, (_, at) => 300 * Math.sin(at / 50)).buffer);

const rows: [string, Uint8Array, boolean][] = [
  ['text', text, true],
  ['text in base64 of noise', Buffer.from(randomBytes(60_000).toString('base64')), true],
  ['zeros', new Uint8Array(1_000_000), true],
  ['sound', sound, true],
  ['noise', randomBytes(1_000_000), false],
  ['a little noise', randomBytes(1024), false],
  ['noise of an odd size', randomBytes(4097), false],
  ['an archive', deflateRawSync(randomBytes(40_000).toString('hex').repeat(2), { level: 9 }), false],
  ['noise behind a head of text', Buffer.concat([text.subarray(0, 3000), randomBytes(100_000)]), false],
  ['a little text', text.subarray(0, 1023), false],
  ['a little more text', text.subarray(0, 1024), true],
  ['nothing', new Uint8Array(0), false],
];

test('Only what promises to become smaller is found worth trying', () => {
  for (const [what, bytes, expected] of rows) assert.equal(looksCompressible([bytes]), expected, what);
});

test('However the bytes are cut into records and pieces, the verdict is the same', () => {
  for (const [what, bytes, expected] of rows) {
    for (const size of [7, 100, 5000]) {
      const parts = Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      assert.equal(looksCompressible([null, ...parts]), expected, `${what} in records of ${size}`);
      assert.equal(looksCompressible([parts, null]), expected, `${what} in pieces of ${size}`);
    }
  }
});

/** The same by definition: 16 windows of 256 bytes, spread evenly, and the entropy of what is in them. */
function byDefinition(bytes: Uint8Array): boolean {
  if (bytes.length < 1024) return false;
  const sample: number[] = [];
  if (bytes.length <= 4096) sample.push(...bytes);
  else
    for (let window = 0; window < 16; window += 1) {
      const from = Math.floor((window * (bytes.length - 256)) / 15);
      sample.push(...bytes.subarray(from, from + 256));
    }
  const times = new Map<number, number>();
  for (const value of sample) times.set(value, (times.get(value) ?? 0) + 1);
  const present = [...times.values()];
  const bits = present.reduce(
    (sum, count) => sum - (count / sample.length) * Math.log2(count / sample.length),
    0,
  );
  return bits + (present.length - 1) / (2 * Math.LN2 * sample.length) < 7.5;
}

test('The look is what its definition says, wherever values are cut and whatever lies between the windows', () => {
  const piece = fc.record({
    // So many values that the entropy lies on either side of the bound, and of which kind.
    values: fc.constantFrom(1, 40, 150, 190, 256),
    length: fc.oneof(fc.nat(40), fc.integer({ min: 200, max: 900 }), fc.integer({ min: 1000, max: 5000 })),
    isNull: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 7 }), fc.nat(1000), (pieces, seed) => {
      let state = seed + 1;
      const values = pieces.map(({ values: kinds, length }) =>
        Buffer.from(
          Array.from({ length }, () => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
            return (state >>> 16) % kinds;
          }),
        ),
      );
      const all = Buffer.concat(values);
      // Some values come in pieces, and some are none.
      const records = values.flatMap((value, index): NewRecord['value'][] =>
        pieces[index]!.isNull ? [null, value] : [[value.subarray(0, 7), value.subarray(7)]],
      );
      assert.equal(looksCompressible(records), byDefinition(all));
    }),
    { numRuns: 100 },
  );
});

test('What is too small to gain is not looked at, from its size on it is', () => {
  assert.deepEqual(
    [1023, 1024].map((size) => looksCompressible([Buffer.alloc(size)])),
    [false, true],
  );
});

test('What lies right at the bound is told by the bytes of the sixteen windows, and by no others', () => {
  let state = 7;
  const noise = (length: number, kinds: number): Buffer =>
    Buffer.from(
      Array.from({ length }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 16) % kinds;
      }),
    );
  const verdicts = new Set<boolean>();
  for (let run = 0; run < 300; run += 1) {
    // Of 181 values the entropy is 7.4998 bits.
    const bytes = noise(3800 + 61 * run, 179 + (run % 5));
    const verdict = looksCompressible([bytes.subarray(0, 5 * run), bytes.subarray(5 * run)]);
    assert.equal(verdict, byDefinition(bytes), `run ${run}`);
    verdicts.add(verdict);
  }
  assert.equal(verdicts.size, 2);
  // All that is looked at is alike, but for the first window and the last; nothing else is.
  for (const length of [5000, 100_000]) {
    const bytes = noise(length, 256);
    for (let window = 1; window < 15; window += 1) {
      const from = Math.floor((window * (length - 256)) / 15);
      bytes.fill(0, from, from + 256);
    }
    assert.equal(looksCompressible([bytes]), true);
  }
  const between = Buffer.alloc(100_000);
  for (let window = 0; window < 16; window += 1) {
    const from = Math.floor((window * (between.length - 256)) / 15);
    noise(256, 256).copy(between, from);
  }
  assert.equal(looksCompressible([between]), false);
});

test('Only zeros in all places are empty', () => {
  const zeros = new Uint8Array(100_000);
  const one = (at: number) => zeros.map((_, index) => (index === at ? 1 : 0));
  for (const [values, expected] of [
    [[zeros], true],
    [[null, zeros.subarray(0, 500), zeros.subarray(0, 524)], true],
    [[[zeros, zeros]], true],
    [[[zeros, one(5)], zeros], true],
    [[[zeros, one(0)]], false],
    [[zeros.subarray(0, 1023)], false],
    [[], false],
    [[one(0)], false],
    [[one(99_999)], false],
    [[zeros, randomBytes(2000)], false],
    // Not looked at: it becomes smaller all the same.
    [[one(1)], true],
  ] as const)
    assert.equal(looksEmpty(values), expected);
});
