/** Compression changes nothing but how many bytes travel. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { batchSize } from '../../../src/kafka/batch.ts';
import { type Compression, compressions, type NewRecord } from '../../../src/kafka/contract.ts';
import { freshTopic, type OpenGround, readTopic } from './ground.ts';

const text = Buffer.alloc(200_000, 'Of many alike, many are alike. ');
const headers = [['name', Buffer.from('value')]] as const;

/** Of no bytes, few and many; alike and noise; whole and in pieces. */
const records: readonly NewRecord[] = [
  { value: null },
  { key: Buffer.from('key'), headers, value: new Uint8Array(0) },
  ...[1, 100, 255, 256, 1023, 1024, 5000, 65_536, 200_000].flatMap((size) => [
    { key: Buffer.from('key'), value: text.subarray(0, size) },
    { headers, value: randomBytes(size) },
  ]),
  { value: [text.subarray(0, 70_000), new Uint8Array(0), randomBytes(3000), text.subarray(0, 5000)] },
  { key: text.subarray(0, 10_000), headers: [['large', text.subarray(0, 20_000)]], value: null },
];

export function compressionContract(open: OpenGround): void {
  for (const compression of compressions) {
    test(`Records come back as they were appended, one by one and together (compression ${compression})`, async (t) => {
      const ground = await open(t);
      const topic = await freshTopic(ground);
      const producer = ground.kafka.producer({ compression });
      for (const record of records) await producer.append(topic, 0, record);
      const places = await Promise.all(records.map((record) => producer.append(topic, 0, record)));
      assert.deepEqual(
        places.map(({ offset }) => offset),
        records.map((_, index) => records.length + index),
      );
      assert.equal(producer.pendingBytes, 0);
      const read = await readTopic(ground.kafka, topic);
      assert.equal(read.length, 2 * records.length);
      for (const [offset, found] of read.entries()) {
        const { key = null, headers = [], value } = records[offset % records.length]!;
        const joined = value === null || value instanceof Uint8Array ? value : Buffer.concat(value);
        assert.equal(found.offset, offset);
        assert.deepEqual(found.key, key && Buffer.from(key));
        assert.deepEqual(found.value, joined && Buffer.from(joined));
        assert.deepEqual(
          found.headers,
          headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        );
      }
    });
  }

  test('What fits the limit before it is compressed is always taken', async (t) => {
    const ground = await open(t);
    const limit = 20_000;
    const topic = await freshTopic(ground, 1, { 'max.message.bytes': `${limit}` });
    const producer = ground.kafka.producer({ compression: 'zstd' });
    const overhead = batchSize({ value: Buffer.alloc(limit - 100) }) - (limit - 100);
    const values = [text.subarray(0, limit - overhead), randomBytes(limit - overhead)];
    for (const value of values) assert.equal(batchSize({ value }), limit);
    const places = await Promise.all(
      [...values, ...values].map((value) => producer.append(topic, 0, { value })),
    );
    assert.deepEqual(
      places.map(({ offset }) => offset),
      [0, 1, 2, 3],
    );
  });

  test('A compression or a level that there is none of is refused at once', async (t) => {
    const { kafka } = await open(t);
    const refused = { name: 'ConfigurationError' };
    assert.throws(() => kafka.producer({ compression: 'brotli' as Compression }), refused);
    assert.throws(() => kafka.producer({ compression: 'gzip', compressionLevel: 10 }), refused);
    assert.throws(() => kafka.producer({ compression: 'lz4', compressionLevel: 1 }), refused);
  });
}
