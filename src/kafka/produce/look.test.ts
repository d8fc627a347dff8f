import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { looksCompressible } from './look.ts';

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
