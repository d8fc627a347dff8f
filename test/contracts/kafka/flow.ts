/** Flow: how much is held at once, and that no partition waits for another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchedBatch, Kafka } from '../../../src/kafka/contract.ts';
import { freshTopic, type Ground, type OpenGround } from './ground.ts';

/** Fills each partition with records of `size` bytes. */
async function fill(ground: Ground, partitions: number, count: number, size: number): Promise<string> {
  const topic = await freshTopic(ground, partitions, { 'max.message.bytes': '10000000' });
  const producer = ground.kafka.producer();
  for (let index = 0; index < count; index++) {
    const value = Buffer.alloc(size, index);
    const places = Array.from({ length: partitions }, (_, partition) =>
      producer.append(topic, partition, { value }),
    );
    await Promise.all(places);
  }
  return topic;
}

async function consume(kafka: Kafka, topic: string, bufferBytes: number) {
  const from = await kafka.offsets(topic, 'earliest');
  return kafka.consumer({ topic, from, until: await kafka.offsets(topic, 'latest'), bufferBytes });
}

function bytesOf(batch: FetchedBatch): number {
  return batch.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

export function flowContract(open: OpenGround): void {
  test('No more than the buffer is held, and releasing lets reading go on', async (t) => {
    const ground = await open(t);
    const bufferBytes = 400_000;
    const topic = await fill(ground, 2, 20, 50_000);
    const held: FetchedBatch[] = [];
    // Batches are given back from outside the loop, one after the other, so the loop must wait for them.
    const release = setInterval(() => held.shift()?.release(), 5);
    t.after(() => clearInterval(release));
    let bytes = 0;
    for await (const batch of await consume(ground.kafka, topic, bufferBytes)) {
      const holding = held.reduce((sum, other) => sum + bytesOf(other), 0);
      assert.ok(holding === 0 || holding + bytesOf(batch) <= bufferBytes, `${holding} bytes are held`);
      bytes += bytesOf(batch);
      held.push(batch);
    }
    assert.equal(bytes, 2 * 20 * 50_000);
  });

  test('A record that is larger than the buffer still comes', async (t) => {
    const ground = await open(t);
    const topic = await fill(ground, 2, 3, 3_000_000);
    let count = 0;
    for await (const batch of await consume(ground.kafka, topic, 1_000_000)) {
      for (const { value } of batch.records) {
        assert.equal(value?.length, 3_000_000);
        count++;
      }
      batch.release();
    }
    assert.equal(count, 6);
  });

  test('No partition waits until another has been read to its end', async (t) => {
    const ground = await open(t);
    const topic = await fill(ground, 3, 40, 100_000);
    const firstSeen = new Map<number, number>();
    let bytes = 0;
    for await (const batch of await consume(ground.kafka, topic, 2_000_000)) {
      if (!firstSeen.has(batch.partition)) firstSeen.set(batch.partition, bytes);
      bytes += bytesOf(batch);
      batch.release();
    }
    assert.equal(bytes, 3 * 40 * 100_000);
    for (const before of firstSeen.values()) assert.ok(before < 40 * 100_000 * 2);
  });

  test('Views stay as they are until their batch is released', async (t) => {
    const ground = await open(t);
    const topic = await fill(ground, 1, 30, 20_000);
    const held: FetchedBatch[] = [];
    for await (const batch of await consume(ground.kafka, topic, 10_000_000)) held.push(batch);
    const records = held.flatMap((batch) => batch.records);
    assert.equal(records.length, 30);
    for (const { offset, value } of records)
      assert.deepEqual(Buffer.from(value!), Buffer.alloc(20_000, offset));
    for (const batch of held) batch.release();
  });
}
