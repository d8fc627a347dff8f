/** Appending: what is kept of a record, order, limits, back-pressure. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { batchSize } from '../../../src/kafka/batch.ts';
import type { NewRecord } from '../../../src/kafka/contract.ts';
import { appendTexts, freshTopic, type OpenGround, readTopic } from './ground.ts';

const bytes = (text: string) => Buffer.from(text);

const records: readonly NewRecord[] = [
  { value: bytes('value') },
  { value: null },
  { value: new Uint8Array(0) },
  { key: new Uint8Array(0), value: bytes('empty key') },
  { key: bytes('key'), value: null },
  { key: null, value: [bytes('in '), new Uint8Array(0), bytes('pieces')] },
  { value: [] },
  {
    headers: [
      ['name', bytes('value')],
      ['name', bytes('again')],
      ['', new Uint8Array(0)],
      ['größe', bytes('größe')],
    ],
    value: Buffer.from([0, 255, 128]),
  },
  { headers: Array.from({ length: 100 }, (_, index) => [`h${index}`, bytes(`${index}`)]), value: null },
  { key: Buffer.alloc(300, 7), value: Buffer.alloc(100_000, 9) },
];

export function producerContract(open: OpenGround): void {
  test('A record comes back as it was appended', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const producer = ground.kafka.producer();
    const before = Date.now();
    for (const [offset, record] of records.entries()) {
      assert.deepEqual(await producer.append(topic, 0, record), { partition: 0, offset });
    }
    const read = await readTopic(ground.kafka, topic);
    assert.equal(read.length, records.length);
    for (const [offset, { key = null, headers = [], value }] of records.entries()) {
      const record = read[offset]!;
      assert.equal(record.offset, offset);
      assert.ok(record.timestamp >= before && record.timestamp <= Date.now());
      assert.deepEqual(record.key, key === null ? null : Buffer.from(key));
      const joined =
        value === null ? null : value instanceof Uint8Array ? Buffer.from(value) : Buffer.concat(value);
      assert.deepEqual(record.value, joined);
      assert.equal(record.headerCount, headers.length);
      const first = headers.slice(0, 64).map(([name, header]) => [name, Buffer.from(header)]);
      assert.deepEqual(record.headers, first);
    }
  });

  test('Each partition keeps the order of the calls', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 3);
    const producer = ground.kafka.producer();
    const texts = Array.from({ length: 300 }, (_, index) => `${index}`.padEnd(index % 7 === 0 ? 20_000 : 10));
    const places = await Promise.all(
      texts.map((text, index) => producer.append(topic, index % 3, { value: bytes(text) })),
    );
    for (const partition of [0, 1, 2]) {
      const offsets = places.filter((place) => place.partition === partition).map(({ offset }) => offset);
      assert.deepEqual(offsets, [...offsets.keys()]);
    }
    const read = await readTopic(ground.kafka, topic);
    for (const partition of [0, 1, 2]) {
      const mine = read.filter((record) => record.partition === partition).map(({ text }) => text);
      assert.deepEqual(
        mine,
        texts.filter((_, index) => index % 3 === partition),
      );
    }
  });

  test("The topic's limit is met to the byte, and what exceeds it disturbs nothing else", async (t) => {
    const ground = await open(t);
    const limit = 20_000;
    const topic = await freshTopic(ground, 1, { 'max.message.bytes': `${limit}` });
    const producer = ground.kafka.producer();
    const headers = [['name', bytes('value')]] as const;
    const value = Buffer.alloc(limit - batchSize({ headers, value: Buffer.alloc(16_000) }) + 16_000, 1);
    assert.equal(batchSize({ headers, value }), limit);
    const larger = { headers, value: Buffer.alloc(value.length + 1) };
    const places = await Promise.allSettled([
      producer.append(topic, 0, { headers, value }),
      producer.append(topic, 0, larger),
      producer.append(topic, 0, { headers, value }),
      producer.append(topic, 0, { value: bytes('small') }),
    ]);
    const offsets = places.map((place) =>
      place.status === 'fulfilled' ? place.value.offset : place.reason.kind,
    );
    assert.deepEqual(offsets, [0, 'too-large', 1, 2]);
  });

  test('A topic or partition that is not there is refused', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    const producer = ground.kafka.producer();
    const refused = { name: 'KafkaError', kind: 'unknown-topic' };
    await assert.rejects(producer.append(`contract-${randomUUID()}`, 0, { value: null }), refused);
    await assert.rejects(producer.append(topic, 2, { value: null }), refused);
    assert.deepEqual(await producer.append(topic, 1, { value: null }), { partition: 1, offset: 0 });
  });

  test('A record that the topic refuses for ever is refused once', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 1, { 'cleanup.policy': 'compact' });
    const producer = ground.kafka.producer();
    const refused = { name: 'KafkaError', kind: 'invalid' };
    await assert.rejects(producer.append(topic, 0, { value: bytes('no key') }), refused);
    const place = await producer.append(topic, 0, { key: bytes('k'), value: bytes('v') });
    assert.deepEqual(place, { partition: 0, offset: 0 });
  });

  test('ready() waits while as many bytes as the buffer holds are on their way', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const producer = ground.kafka.producer({ bufferBytes: 100_000 });
    await producer.ready();
    assert.equal(producer.pendingBytes, 0);
    let acknowledged = 0;
    let most = 0;
    const appends: Promise<unknown>[] = [];
    for (let index = 0; index < 40; index++) {
      await producer.ready();
      assert.ok(producer.pendingBytes < 100_000);
      const append = producer.append(topic, 0, { value: Buffer.alloc(30_000) });
      appends.push(append.then(() => acknowledged++));
      most = Math.max(most, producer.pendingBytes);
    }
    assert.ok(most >= 100_000 && most < 140_000, `${most} bytes were pending`);
    await Promise.all(appends);
    assert.equal(acknowledged, 40);
    assert.equal(producer.pendingBytes, 0);
  });

  test('close() waits for what is on its way, and nothing follows', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const producer = ground.kafka.producer();
    const appended = appendTexts(producer, topic, 0, ['a', 'b', 'c']);
    await producer.close();
    assert.equal(producer.pendingBytes, 0);
    assert.deepEqual(
      (await appended).map(({ offset }) => offset),
      [0, 1, 2],
    );
    await producer.close();
    const refused = { name: 'KafkaError', kind: 'closed' };
    await assert.rejects(producer.append(topic, 0, { value: null }), refused);
    await appendTexts(ground.kafka.producer(), topic, 0, ['another producer goes on']);
  });
}
