import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { pino } from 'pino';
import { silentLogger } from '../../log.ts';
import { batchSize } from '../batch.ts';
import { encodeRecords } from '../wire/batch-encode.ts';
import { type Batch, newBatch } from './batch.ts';
import { BatchCompression } from './compression.ts';
import type { CompressionPlan } from './compression-plan.ts';
import { PendingBytes } from './pending-bytes.ts';

const text = Buffer.alloc(200_000, 'Of many alike, many are alike. ');
const zstd: CompressionPlan = { codec: 'zstd', level: 1, looks: false };
const auto: CompressionPlan = { ...zstd, looks: true };

function batchOf(...values: Uint8Array[]): Batch {
  const settled = () => {};
  const records = values.map((value) => {
    const record = { value };
    return { record, size: batchSize(record), resolve: settled, reject: settled };
  });
  return newBatch(records, 0, 'uncompressed');
}

test('What is held of the memory is counted until it is given back', async () => {
  const pending = new PendingBytes(1_000_000);
  const compression = new BatchCompression(zstd, pending, silentLogger);
  const compressing = compression.compress(batchOf(text, text));
  assert.ok(
    pending.bytes > 400_000 && pending.bytes < 400_100,
    `${pending.bytes} bytes while it is compressed`,
  );
  const compressed = (await compressing)!;
  assert.equal(pending.bytes, compressed.bytes.byteLength);
  assert.ok(pending.bytes < 1000);
  compressed.release();
  assert.equal(pending.bytes, 0);
  assert.equal(await compression.compress(batchOf(randomBytes(100_000))), undefined);
  assert.equal(pending.bytes, 0);
});

test('Few batches are compressed at once, and all of them in the end', async () => {
  const pending = new PendingBytes(1_000_000);
  const compression = new BatchCompression(zstd, pending, silentLogger);
  const compressing = Array.from({ length: 12 }, () => compression.compress(batchOf(text)));
  const most = Math.min(3, availableParallelism());
  const held = encodeRecords([{ value: text }]).size;
  assert.equal(pending.bytes, most * held, 'bytes are held of those that are compressed');
  for (const compressed of await Promise.all(compressing)) compressed!.release();
  assert.equal(pending.bytes, 0);
});

test('Where we choose, only what promises something is compressed, and none waits for another', async () => {
  const compression = new BatchCompression(auto, new PendingBytes(1_000_000), silentLogger);
  assert.ok(!compression.suits(batchOf(randomBytes(100_000))));
  assert.ok(!compression.suits(batchOf(text.subarray(0, 800))));
  assert.ok(compression.suits(batchOf(text.subarray(0, 800), text.subarray(0, 800))));
  const compressing: Promise<unknown>[] = [];
  while (compression.suits(batchOf(text))) compressing.push(compression.compress(batchOf(text)));
  assert.ok(compressing.length >= 1 && compressing.length <= 3, `${compressing.length} at once`);
  // But what is empty.
  const empty = new Uint8Array(200_000);
  assert.ok(compression.suits(batchOf(empty)));
  assert.ok(!compression.suits(batchOf(empty, Buffer.from('x'))));
  const emptied = compression.compress(batchOf(empty));
  await Promise.all(compressing);
  assert.ok(((await emptied)?.bytes.byteLength ?? empty.length) < 1000);
  assert.ok(compression.suits(batchOf(text)));
});

test('Where the user has chosen, all but the smallest batches are tried', async () => {
  const compression = new BatchCompression(zstd, new PendingBytes(1_000_000), silentLogger);
  for (let count = 0; count < 10; count += 1) void compression.compress(batchOf(text));
  assert.ok(compression.suits(batchOf(text)));
  assert.ok(compression.suits(batchOf(randomBytes(1000))));
  assert.ok(!compression.suits(batchOf(text.subarray(0, 100))));
});

test('256 bytes are tried, and one less is not', () => {
  const compression = new BatchCompression(zstd, new PendingBytes(1000), silentLogger);
  const ofSizes = (...sizes: number[]): Batch => {
    const records = sizes.map((size) => ({ record: { value: null }, size, resolve() {}, reject() {} }));
    return newBatch(records, 0, 'uncompressed');
  };
  for (const [sizes, suits] of [
    [[256], true],
    [[255], false],
    [[100, 156], true],
    [[100, 100, 55], false],
  ] as const)
    assert.equal(compression.suits(ofSizes(...sizes)), suits, `${sizes}`);
});

test('As many are compressed at once as threads may be taken, the next when one has come to its end', async () => {
  const most = Math.min(3, availableParallelism());
  const pending = new PendingBytes(10_000_000);
  const compression = new BatchCompression(auto, pending, silentLogger);
  const running: ReturnType<BatchCompression['compress']>[] = [];
  while (compression.suits(batchOf(text))) running.push(compression.compress(batchOf(text)));
  assert.equal(running.length, most);
  const waiting = compression.compress(batchOf(text));
  const [first] = await Promise.all([Promise.race(running), ...running]);
  assert.ok(first !== undefined);
  assert.ok((await waiting) !== undefined);
  // All places are free again, and no more than there were.
  const again: ReturnType<BatchCompression['compress']>[] = [];
  while (compression.suits(batchOf(text))) again.push(compression.compress(batchOf(text)));
  assert.equal(again.length, most);
  for (const compressed of await Promise.all([...running, waiting, ...again])) compressed!.release();
  assert.equal(pending.bytes, 0);
});

test('Who waits longest is compressed first, and nobody once it is closed', async () => {
  const begun: number[] = [];
  class Watched extends PendingBytes {
    override add(bytes: number): void {
      begun.push(bytes);
      super.add(bytes);
    }
  }
  const compression = new BatchCompression(zstd, new Watched(10_000_000), silentLogger);
  const sizes = Array.from({ length: 8 }, (_, index) => 1000 * (index + 1));
  const compressing = sizes.map((size) => compression.compress(batchOf(text.subarray(0, size))));
  await Promise.all(compressing);
  assert.deepEqual(
    begun,
    sizes.map((size) => encodeRecords([{ value: text.subarray(0, size) }]).size),
  );
  compression.close();
  assert.equal(await compression.compress(batchOf(text)), undefined);
  assert.equal(begun.length, sizes.length);
});

test('A failure is told, and the batch sent as it is', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  const pending = new PendingBytes(1_000_000);
  const compression = new BatchCompression({ ...zstd, codec: 'gzip', level: 999 }, pending, logger);
  assert.equal(await compression.compress(batchOf(text)), undefined);
  assert.equal(pending.bytes, 0);
  assert.match(lines.join(), /could not be compressed: sent as it is/);
});

test('Closing gives everything back and says nothing', async () => {
  for (const codec of ['lz4', 'zstd'] as const) {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    const pending = new PendingBytes(1_000_000);
    const compression = new BatchCompression({ codec, level: 1, looks: false }, pending, logger);
    const compressing = Array.from({ length: 8 }, () => compression.compress(batchOf(text)));
    compression.close();
    for (const compressed of await Promise.all(compressing)) compressed?.release();
    assert.equal(pending.bytes, 0);
    assert.deepEqual(lines, []);
  }
});
