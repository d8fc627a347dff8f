import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { type ConsumedRecord, KafkaError, type NewRecord } from '../contract.ts';
import { checkCrc, decodeRecords, readBatchHead, recordsOf } from './batch-decode.ts';
import { type EncodedBatch, encodeCompressedBatch, encodeRecords } from './batch-encode.ts';
import { type Codec, type Compressor, codecs, createCompressor } from './compress.ts';
import { decompress } from './decompress.ts';

const identity = { producerId: 4711n, epoch: 3, sequence: 17 };
const names = Object.keys(codecs) as Codec[];

/** As a batch on the wire; undefined when compressing does not make it smaller. */
async function encode(compressor: Compressor, records: readonly NewRecord[]): Promise<Buffer | undefined> {
  const encoded = encodeRecords(records);
  const compressed = await compressor.compress(encoded);
  if (compressed === undefined) return undefined;
  assert.ok(compressed.bytes.byteLength < encoded.size);
  const { pieces } = encodeCompressedBatch(compressed, records.length, 1_700_000_000_000, identity);
  return Buffer.concat(pieces);
}

async function decode(frame: Buffer, cap: number): Promise<ConsumedRecord[]> {
  const head = readBatchHead(frame, 0, frame.byteLength);
  if (head === undefined) return [];
  checkCrc(frame, head);
  const records: ConsumedRecord[] = [];
  decodeRecords(await decompress(recordsOf(frame, head), head.compression, 'it', cap), head, records, 0);
  return records;
}

function onePiece(bytes: Uint8Array): EncodedBatch {
  return { pieces: [bytes], size: bytes.byteLength };
}

function whole(value: NewRecord['value']): Buffer | null {
  if (value === null) return null;
  return Buffer.concat(value instanceof Uint8Array ? [value] : value);
}

const text = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.nat(9000))
  .map(([word, length]) => Buffer.alloc(length, word));
const bytes = fc.oneof(text, fc.uint8Array({ maxLength: 100 }));
const header = fc.tuple(fc.string({ maxLength: 20 }), bytes);
const record = fc
  .tuple(
    fc.option(bytes),
    fc.array(header, { maxLength: 4 }),
    fc.option(bytes),
    fc.option(fc.array(bytes, { maxLength: 3 })),
  )
  .map(([key, headers, value, inPieces]): NewRecord => ({ key, headers, value: inPieces ?? value }));

for (const codec of names) {
  test(`What ${codec} makes smaller is decoded again, whatever the records are`, async (t) => {
    const compressor = createCompressor(codec);
    t.after(() => compressor.close());
    let smaller = 0;
    const property = fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
      const frame = await encode(compressor, records);
      if (frame === undefined) return;
      smaller += 1;
      assert.equal(frame.readInt16BE(21), codecs[codec]);
      const decoded = await decode(frame, 1_000_000);
      assert.equal(decoded.length, records.length);
      for (const [index, { key = null, headers = [], value }] of records.entries()) {
        const found = decoded[index]!;
        assert.equal(found.offset, index);
        assert.equal(found.timestamp, 1_700_000_000_000);
        assert.deepEqual(found.key && Buffer.from(found.key), key && Buffer.from(key));
        assert.deepEqual(found.value && Buffer.from(found.value), whole(value));
        assert.deepEqual(
          found.headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
          headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        );
      }
    });
    await fc.assert(property, { numRuns: 150 });
    assert.ok(smaller > 50, `only ${smaller} batches became smaller`);
  });

  test(`${codec} gives back nothing where nothing is gained`, async (t) => {
    const compressor = createCompressor(codec);
    t.after(() => compressor.close());
    for (const size of [0, 1, 2, 100, 300_000]) {
      assert.equal(await compressor.compress(onePiece(randomBytes(size))), undefined, `${size} bytes`);
    }
  });

  test(`Many batches at once go through ${codec}, each as what it was`, async (t) => {
    const compressor = createCompressor(codec);
    t.after(() => compressor.close());
    const batches = Array.from({ length: 30 }, (_, index) => [
      { value: Buffer.alloc(index * 9000, `${index} `) },
    ]);
    const frames = await Promise.all(batches.map((records) => encode(compressor, records)));
    for (const [index, frame] of frames.entries()) {
      if (frame === undefined) assert.equal(index, 0);
      else assert.deepEqual((await decode(frame, 1_000_000))[0]!.value, batches[index]![0]!.value);
    }
  });

  test(`A spoiled batch of ${codec} is refused, and never expands beyond the cap`, async (t) => {
    const compressor = createCompressor(codec);
    t.after(() => compressor.close());
    const records = [{ key: Buffer.from('key'), value: Buffer.alloc(3000, 'of many alike ') }];
    const frame = (await encode(compressor, records))!;
    const head = readBatchHead(frame, 0, frame.byteLength)!;
    const original = Buffer.from(recordsOf(frame, head));
    const change = fc.tuple(fc.nat(original.byteLength - 1), fc.nat(255));
    const spoil = fc.tuple(fc.array(change, { maxLength: 4 }), fc.nat(original.byteLength));
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const spoiled = fc.oneof(
      noise,
      spoil.map(([changes, length]) => {
        const copy = Buffer.from(original);
        for (const [at, byte] of changes) copy[at] = byte;
        return copy.subarray(0, length);
      }),
    );
    const property = fc.asyncProperty(spoiled, async (bytes) => {
      try {
        const expanded = await decompress(bytes, codecs[codec], 'it', 4000);
        assert.ok(expanded.byteLength <= 4000);
        decodeRecords(expanded, head, [], 0);
      } catch (error) {
        assert.ok(error instanceof KafkaError && error.kind === 'corrupt', `${error}`);
      }
    });
    await fc.assert(property, { numRuns: 400 });
  });
}

test('Levels are heeded', async () => {
  const words = Array.from({ length: 40_000 }, (_, at) => `${Math.imul(at, 0x9e3779b1) >>> 20}`).join(' ');
  for (const [codec, high] of [
    ['gzip', 9],
    ['zstd', 19],
  ] as const) {
    const sizes = [1, high].map(async (level) => {
      const compressed = await createCompressor(codec, level).compress(onePiece(Buffer.from(words)));
      return compressed!.bytes.byteLength;
    });
    const [fast, small] = await Promise.all(sizes);
    assert.ok(small! < fast!, `${codec}: ${fast} bytes at level 1, ${small} at level ${high}`);
  }
});

test('A compressor that is closed rejects what is under way, and does not hold the process', async () => {
  const compressor = createCompressor('lz4');
  const compressing = compressor.compress(onePiece(new Uint8Array(50_000_000)));
  compressor.close();
  await assert.rejects(compressing, /thread that compresses/);
});
