import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import { batchHeaderBytes } from '../batch.ts';
import { Backoff } from '../cluster/backoff.ts';
import { StatusReporter } from '../cluster/status.ts';
import type { NewRecord } from '../contract.ts';
import { encodeBatch, encodeCompressedBatch, encodeRecords } from '../wire/batch-encode.ts';
import { createCompressor } from '../wire/compress.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { newCursor, type Part } from './cursor.ts';
import { decodePart } from './part.ts';

const identity = { producerId: 1n, epoch: 0, sequence: 0 };
const pool = new FramePool(1_000_000);
const large = Buffer.alloc(100_000, 'Of many alike, many are alike. ');

/** One batch at `offset`, of `count` records. */
async function batch(offset: number, count: number, isCompressed: boolean, value = large): Promise<Buffer> {
  const records: NewRecord[] = Array.from({ length: count }, () => ({ value }));
  const compressed = isCompressed && (await createCompressor('zstd').compress(encodeRecords(records)));
  const { pieces } = compressed
    ? encodeCompressedBatch(compressed, count, 0, identity)
    : encodeBatch(records, 0, identity);
  const bytes = Buffer.concat(pieces);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  return bytes;
}

function partOf(batches: readonly Buffer[], from = 0, until = Number.POSITIVE_INFINITY): Part {
  const bytes = Buffer.concat(batches);
  const signal = new AbortController().signal;
  const reporter = new StatusReporter(() => {});
  const backoff = new Backoff({ what: 'read', signal, giveUpAfter: undefined, reporter });
  const cursor = newCursor(0, from, until, backoff);
  const places = {
    errorCode: 0,
    highWatermark: 100,
    logStartOffset: 0,
    preferredReplica: -1,
    divergence: undefined,
  };
  const fetched = { topicId: '', partition: 0, ...places, start: 0, end: bytes.byteLength };
  return { cursor, generation: 0, from, frame: { bytes, release: () => {} }, fetched };
}

/** Decodes all of it, as often as it takes; gives the offsets of each time. */
async function decodeAll(part: Part, mostExpanded: number): Promise<number[][]> {
  const times: number[][] = [];
  let rest: Part | undefined = part;
  while (rest !== undefined) {
    const decoded = await decodePart(rest, 'T', mostExpanded, pool);
    assert.equal(decoded.error, undefined);
    times.push(decoded.records.map(({ offset }) => offset));
    const fetched = { ...part.fetched, start: decoded.rest ?? 0 };
    rest = decoded.rest === undefined ? undefined : { ...part, from: decoded.nextOffset, fetched };
  }
  return times;
}

test('Compressed batches are expanded a few at a time, and each of them once', async () => {
  const batches = await Promise.all([0, 2, 4, 6, 8].map((offset) => batch(offset, 2, true)));
  assert.ok(Buffer.concat(batches).byteLength < 2000);
  assert.deepEqual(await decodeAll(partOf(batches), 300_000), [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ]);
  assert.deepEqual(await decodeAll(partOf(batches, 3), 300_000), [
    [3, 4, 5],
    [6, 7, 8, 9],
  ]);
  assert.deepEqual(await decodeAll(partOf(batches, 0, 5), 1), [[0, 1], [2, 3], [4]]);
});

test('What is not compressed is all handed out at once', async () => {
  const batches = await Promise.all([0, 2, 4].map((offset) => batch(offset, 2, false)));
  assert.deepEqual(await decodeAll(partOf(batches), 1), [[0, 1, 2, 3, 4, 5]]);
  const mixed = [await batch(0, 1, true), await batch(1, 1, false), await batch(2, 1, true)];
  assert.deepEqual(await decodeAll(partOf(mixed), 1), [[0], [1, 2]]);
});

test('A batch of very many records is decoded like any other', async () => {
  const part = partOf([await batch(0, 300_000, true, Buffer.from('x'))]);
  const { records, error } = await decodePart(part, 'T', 1, pool);
  assert.equal(error, undefined);
  assert.equal(records.length, 300_000);
});

test('Nothing is handed out of a batch that turns out to be wrong, all of those before it is', async () => {
  const spoiled = await batch(2, 3, true);
  // The number of records; the CRC32C is that of the bytes as they are.
  const lying = await batch(2, 3, false, Buffer.from('x'));
  lying.writeInt32BE(4, 57);

  lying.writeUInt32BE(crc32c(lying.subarray(21)), 17);
  spoiled[batchHeaderBytes + 3]! ^= 0xff;
  for (const wrong of [spoiled, lying]) {
    const part = partOf([await batch(0, 2, true), wrong, await batch(5, 1, true)]);
    const { records, nextOffset, error, rest } = await decodePart(part, 'T', 1_000_000, pool);
    assert.deepEqual(
      records.map(({ offset }) => offset),
      [0, 1],
    );
    assert.equal(nextOffset, 2);
    assert.equal(rest, undefined);
    assert.equal(error?.kind, 'corrupt');
    assert.match(error.message, /^T-0: /);
  }
});

test('A batch that was made so that it cannot be read is told by itself, behind what comes before it', async () => {
  const lying = await batch(2, 3, false, Buffer.from('x'));
  lying.writeInt32BE(4, 57);
  const crowded = await batch(2, 3, false, Buffer.from('x'));
  crowded.writeInt32BE(500_001, 57);
  const bomb = Buffer.concat([
    (await batch(2, 3, true)).subarray(0, batchHeaderBytes),
    gzipSync(Buffer.alloc(140_000_000)),
  ]);
  bomb[22] = 1;
  bomb.writeInt32BE(bomb.byteLength - 12, 8);
  for (const wrong of [lying, crowded, bomb]) {
    wrong.writeUInt32BE(crc32c(wrong.subarray(21)), 17);
    const part = partOf([await batch(0, 2, true), wrong, await batch(5, 1, true)]);
    const decode = (at: Part) => decodePart(at, 'T', 1_000_000, pool, true);
    const first = await decode(part);
    assert.deepEqual(
      [first.records.length, first.nextOffset, first.error, first.unreadable],
      [2, 2, undefined, undefined],
    );
    const second = await decode({ ...part, from: 2, fetched: { ...part.fetched, start: first.rest! } });
    assert.deepEqual([second.records.length, second.nextOffset, second.error], [0, 5, undefined]);
    assert.equal(second.unreadable?.from, 2);
    assert.match(second.unreadable.reason, /^T-0: /);
    const third = await decode({ ...part, from: 5, fetched: { ...part.fetched, start: second.rest! } });
    assert.deepEqual([third.records.map(({ offset }) => offset), third.rest], [[5], undefined]);
  }
  // What the wire has spoiled is fetched again.
  const spoiled = await batch(0, 3, true);
  spoiled[batchHeaderBytes + 3]! ^= 0xff;
  const { error, unreadable } = await decodePart(partOf([spoiled]), 'T', 1_000_000, pool, true);
  assert.deepEqual([error?.kind, unreadable], ['corrupt', undefined]);
});

test('Compressed batches are expanded into memory that is used again', async () => {
  const part = partOf([await batch(0, 2, true)]);
  const own = new FramePool(1_000_000);
  const first = await decodePart(part, 'T', 1_000_000, own);
  const memory = first.records[0]!.value!.buffer;
  first.free();
  first.free();
  const second = await decodePart(part, 'T', 1_000_000, own);
  assert.ok(second.records[0]!.value!.buffer === memory);
  assert.deepEqual(Buffer.from(second.records[1]!.value!), large);
});

test('A large batch is expanded into memory of its own, which is given back at once', async () => {
  const part = partOf([await batch(0, 1, true, Buffer.alloc(20_000_000, 'x'))]);
  const decoded = await decodePart(part, 'T', 1_000_000, pool);
  const value = decoded.records[0]!.value!;
  assert.deepEqual([value.byteLength, value[19_999_999]], [20_000_000, 'x'.charCodeAt(0)]);
  decoded.free();
  assert.equal(value.byteLength, 0);
});

test('Many small compressed batches do not take a frame each', async () => {
  const own = new FramePool(1_000_000);
  let taken = 0;
  const take = own.take.bind(own);
  own.take = (size) => {
    taken += 1;
    return take(size);
  };
  const batches = await Promise.all(
    Array.from({ length: 50 }, (_, offset) => batch(offset, 1, true, Buffer.alloc(300, 'x'))),
  );
  const { records } = await decodePart(partOf(batches), 'T', 1_000_000, own);
  assert.equal(records.length, 50);
  assert.equal(taken, 0);
});

test('Many small records are decoded some thousands at a time, and each of them once', async () => {
  const empty = Buffer.alloc(0);
  const offsets = Array.from({ length: 20 }, (_, index) => index * 1000);
  const batches = await Promise.all(offsets.map((offset) => batch(offset, 1000, false, empty)));
  const times = await decodeAll(partOf(batches), 1_000_000);
  assert.deepEqual(
    times.map((read) => read.length),
    [5000, 5000, 5000, 5000],
  );
  assert.deepEqual(times.flat(), [...Array(20_000).keys()]);
});
