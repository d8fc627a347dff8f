import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { bombs } from '../../../test/fuzz/kafka/bombs.ts';
import { Random } from '../../../test/fuzz/random.ts';
import fc from '../../../test/support/properties.ts';
import { KafkaError } from '../contract.ts';
import { decompress } from './decompress.ts';
import { encodeLz4 } from './lz4-encode.ts';
import { encodeSnappy } from './snappy-encode.ts';

const gzip = 1;
const snappy = 2;
const lz4 = 3;
const zstd = 4;

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

const abc = Buffer.from('abc'.repeat(10));

/** The same text by hand: three literals, then a copy of 27 bytes from 3 bytes back. */
const samples: [number, string, Buffer][] = [
  [gzip, 'gzip', gzipSync(abc)],
  [zstd, 'zstd', zstdCompressSync(abc)],
  [snappy, 'bare Snappy', hex('1e 08 616263 6a 0300')],
  [snappy, 'Snappy in blocks', hex('82534e4150505900 00000001 00000001 00000008 1e 08 616263 6a 0300')],
  [lz4, 'LZ4', hex('04224d18 60 40 82 07000000 3f 616263 0300 08 00000000')],
  [lz4, 'LZ4 stored as it is', hex(`04224d18 60 40 82 1e000080 ${abc.toString('hex')} 00000000`)],
];

for (const [compression, name, bytes] of samples) {
  test(`${name} is expanded, and not beyond the cap`, async () => {
    assert.deepEqual(await decompress(bytes, compression, 'it'), abc);
    assert.deepEqual(await decompress(bytes, compression, 'it', 30), abc);
    await assert.rejects(decompress(bytes, compression, 'it', 29), { kind: 'corrupt' });
  });
}

/** Some megabytes that are more than what is expanded at once, by each way. */
const long = Buffer.alloc(20_000_000, 'long and always the same. ');
const longSamples: [number, string, Buffer][] = [
  [gzip, 'gzip', gzipSync(long)],
  [zstd, 'zstd', zstdCompressSync(long)],
  [snappy, 'Snappy', Buffer.from(encodeSnappy(long)!)],
  [lz4, 'LZ4', Buffer.from(encodeLz4(long)!)],
];

for (const [compression, name, bytes] of longSamples) {
  test(`Much that ${name} has made little comes out whole, and not beyond the cap`, async () => {
    assert.ok((await decompress(bytes, compression, 'it')).equals(long));
    assert.ok((await decompress(bytes, compression, 'it', long.byteLength)).equals(long));
    await assert.rejects(decompress(bytes, compression, 'it', long.byteLength - 1), { kind: 'corrupt' });
    await assert.rejects(decompress(bytes.subarray(0, -9), compression, 'it'), { kind: 'corrupt' });
  });
}

test('Few bytes that would become very many cost little memory until they are refused', async () => {
  const random = new Random('bombs');
  const before = process.resourceUsage().maxRSS;
  for (const [compression, bomb] of bombs) {
    const bytes = bomb(random, true);
    for (let again = 0; again < 3; again += 1)
      await assert.rejects(decompress(bytes, compression, 'it'), { kind: 'corrupt' });
  }
  const grown = (process.resourceUsage().maxRSS - before) / 1024;
  assert.ok(grown < 120, `memory has grown by ${Math.round(grown)} MB`);
});

test('Another compression is named, not guessed', async () => {
  await assert.rejects(decompress(abc, 5, 'it'), { kind: 'unsupported' });
});

test('Whatever the bytes are, the outcome is bytes or a refusal', async () => {
  for (const [compression, , bytes] of samples) {
    const change = fc.tuple(fc.nat(bytes.byteLength - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 4 }),
        fc.nat(bytes.byteLength),
        async (changes, length) => {
          const spoiled = Buffer.from(bytes.subarray(0, length));
          for (const [at, byte] of changes) if (at < length) spoiled[at] = byte;
          try {
            assert.ok((await decompress(spoiled, compression, 'it', 1000)).byteLength <= 1000);
          } catch (error) {
            assert.ok(error instanceof KafkaError && error.kind === 'corrupt', `${error}`);
          }
        },
      ),
      { numRuns: 300 },
    );
  }
});
