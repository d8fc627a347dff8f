import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { batchHeaderBytes, batchSize } from '../batch.ts';
import { type ConsumedRecord, KafkaError, type NewRecord } from '../contract.ts';
import { type BatchHead, checkCrc, decodeRecords, readBatchHead, recordsOf } from './batch-decode.ts';
import { type BatchIdentity, encodeBatch } from './batch-encode.ts';

const identity: BatchIdentity = { producerId: 4711n, epoch: 3, sequence: 17 };

function encode(records: readonly NewRecord[], timestamp = 1_700_000_000_000): Buffer {
  const { pieces, size } = encodeBatch(records, timestamp, identity);
  const bytes = Buffer.concat(pieces);
  assert.equal(bytes.byteLength, size);
  return bytes;
}

function decode(frame: Buffer, from = 0, until?: number): ConsumedRecord[] {
  const head = readBatchHead(frame, 0, frame.byteLength);
  if (head === undefined) return [];
  checkCrc(frame, head);
  const records: ConsumedRecord[] = [];
  decodeRecords(recordsOf(frame, head), head, records, from, until);
  return records;
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc.uint8Array({ minLength: 4000, maxLength: 9000 }),
);
const header = fc.tuple(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 50 }));
const pieces = fc.array(bytes, { maxLength: 3 });
const record = fc
  .tuple(fc.option(bytes), fc.array(header, { maxLength: 5 }), fc.option(bytes), fc.option(pieces))
  .map(([key, headers, value, inPieces]): NewRecord => ({ key, headers, value: inPieces ?? value }));

function whole(value: NewRecord['value']): Buffer | null {
  if (value === null) return null;
  return Buffer.concat(value instanceof Uint8Array ? [value] : value);
}

test('What is encoded is decoded again, and is as large as it was computed to be', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
      const frame = encode(records);
      if (records.length === 1) assert.equal(frame.byteLength, batchSize(records[0]!));
      const decoded = decode(frame);
      assert.equal(decoded.length, records.length);
      for (const [index, { key = null, headers = [], value }] of records.entries()) {
        const found = decoded[index]!;
        assert.equal(found.offset, index);
        assert.equal(found.timestamp, 1_700_000_000_000);
        assert.deepEqual(found.key && Buffer.from(found.key), key && Buffer.from(key));
        assert.deepEqual(found.value && Buffer.from(found.value), whole(value));
        assert.equal(found.headerCount, headers.length);
        assert.deepEqual(
          found.headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
          headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        );
      }
    }),
    { numRuns: 200 },
  );
});

test('Large values are not copied', () => {
  const value = new Uint8Array(100_000);
  const { pieces } = encodeBatch([{ value }], 0, identity);
  assert.ok(pieces.includes(value));
  assert.equal(pieces.length, 3);
});

test('The identity stands where brokers look for it', () => {
  const frame = encode([{ value: null }, { value: null }]);
  assert.equal(frame.readBigInt64BE(43), 4711n);
  assert.equal(frame.readInt16BE(51), 3);
  assert.equal(frame.readInt32BE(53), 17);
  assert.equal(frame.readInt32BE(57), 2);
});

test('Records outside the asked range are left out', () => {
  const frame = encode(Array.from({ length: 10 }, (_, index) => ({ value: Buffer.from([index]) })));
  assert.deepEqual(
    decode(frame, 3, 7).map(({ offset }) => offset),
    [3, 4, 5, 6],
  );
});

test('Only 64 headers are decoded, all are counted', () => {
  const headers = Array.from({ length: 100 }, (_, index) => [`h${index}`, Buffer.from('v')] as const);
  const [found] = decode(encode([{ headers, value: null }]));
  assert.equal(found?.headers.length, 64);
  assert.equal(found?.headerCount, 100);
});

test('A batch that is cut short is none', () => {
  const frame = encode([{ value: Buffer.from('whole') }]);
  for (let length = 0; length < frame.byteLength; length += 1) {
    assert.equal(readBatchHead(frame, 0, length), undefined);
  }
});

test('A flipped bit never goes unnoticed where the CRC covers it', () => {
  const original = encode([
    { key: Buffer.from('k'), headers: [['h', Buffer.from('v')]], value: Buffer.from('value') },
  ]);
  for (let bit = 17 * 8; bit < original.byteLength * 8; bit += 1) {
    const frame = Buffer.from(original);
    frame[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => decode(frame), { name: 'KafkaError', kind: 'corrupt' });
  }
});

function decodesOrIsRefused(run: () => void): void {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof KafkaError, `${error}`);
  }
}

test('Whatever the bytes are, the outcome is records or a refusal', () => {
  const start = encode([
    { key: Buffer.from('key'), headers: [['h', Buffer.from('v')]], value: Buffer.from('value') },
  ]);
  const change = fc.tuple(fc.nat(start.byteLength - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const frame = Buffer.from(start);
      for (const [at, byte] of changes) frame[at] = byte;
      decodesOrIsRefused(() => {
        const head = readBatchHead(frame, 0, frame.byteLength);
        if (head) decodeRecords(recordsOf(frame, head), head, [], 0);
      });
    }),
    { numRuns: 2000 },
  );
  const head: BatchHead = {
    baseOffset: 5,
    nextOffset: 1000,
    leaderEpoch: 0,
    start: 0,
    end: 0,
    compression: 0,
    control: false,
    appendTime: false,
    baseTimestamp: 0,
    maxTimestamp: 0,
    count: 100,
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      decodesOrIsRefused(() => decodeRecords(Buffer.from(noise), head, [], 0));
    }),
    { numRuns: 2000 },
  );
});

test('Sizes that nobody would believe are refused, not allocated', () => {
  const frame = encode([{ value: Buffer.from('value') }]);
  const claims = Buffer.from(frame);
  claims.writeInt32BE(2 ** 31 - 1, 57);
  const head = readBatchHead(claims, 0, claims.byteLength)!;
  assert.equal(head.count, 2 ** 31 - 1);
  assert.throws(() => decodeRecords(recordsOf(claims, head), head, [], 0), { kind: 'corrupt' });
  claims.writeInt32BE(batchHeaderBytes - 13, 8);
  assert.throws(() => readBatchHead(claims, 0, claims.byteLength), { kind: 'corrupt' });
});

test('Message formats of before Kafka 0.11 are named as what they are', () => {
  const frame = encode([{ value: null }]);
  frame[16] = 1;
  assert.throws(() => readBatchHead(frame, 0, frame.byteLength), { kind: 'unsupported' });
  frame[16] = 9;
  assert.throws(() => readBatchHead(frame, 0, frame.byteLength), { kind: 'corrupt' });
});
