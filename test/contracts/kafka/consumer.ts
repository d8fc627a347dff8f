/** Reading: where it begins and ends, what is lost and said, new partitions, recreated topics. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { EpochRun } from '../../../src/kafka/contract.ts';
import { appendTexts, freshTopic, type OpenGround, readAll, readTopic } from './ground.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

export function consumerContract(open: OpenGround): void {
  test('Reading begins and ends where it was told to', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    const producer = ground.kafka.producer();
    await appendTexts(producer, topic, 0, letters);
    await appendTexts(producer, topic, 1, letters);
    const from = new Map([
      [0, 1],
      [1, 4],
    ]);
    const until = new Map([
      [0, 3],
      [1, 6],
    ]);
    const read = await readAll(ground.kafka, { topic, from, until });
    const texts = (partition: number) =>
      read.filter((record) => record.partition === partition).map(({ offset, text }) => `${offset}${text}`);
    assert.deepEqual(texts(0), ['1b', '2c']);
    assert.deepEqual(texts(1), ['4e', '5f']);
  });

  test('Where nothing is to be read the iteration ends at once', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    const until = await ground.kafka.offsets(topic, 'latest');
    assert.deepEqual(await readAll(ground.kafka, { topic, from: until, until }), []);
  });

  test('Only the partitions asked for are read', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 3);
    const producer = ground.kafka.producer();
    for (const partition of [0, 1, 2]) await appendTexts(producer, topic, partition, [`p${partition}`]);
    const read = await readAll(ground.kafka, { topic, from: new Map([[1, 0]]), until: new Map([[1, 1]]) });
    assert.deepEqual(
      read.map(({ text }) => text),
      ['p1'],
    );
  });

  test('A batch says where its partition begins and ends, and what to read next', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    await ground.deleteRecords(topic, 0, 2);
    let next = 2;
    for await (const batch of ground.kafka.consumer({
      topic,
      from: new Map([[0, 2]]),
      until: new Map([[0, 6]]),
    })) {
      assert.equal(batch.highWatermark, 6);
      assert.equal(batch.logStartOffset, 2);
      assert.equal(batch.records[0]?.offset, next);
      next = batch.nextOffset;
      assert.equal(next, batch.records.at(-1)!.offset + 1);
      batch.release();
      batch.release();
    }
    assert.equal(next, 6);
  });

  test('Reading waits for what comes, until the signal', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const producer = ground.kafka.producer();
    const stop = new AbortController();
    const texts: string[] = [];
    const consumer = ground.kafka.consumer({ topic, from: new Map([[0, 0]]), signal: stop.signal });
    let appending: Promise<unknown> = appendTexts(producer, topic, 0, ['first']);
    await appending;
    for await (const batch of consumer) {
      texts.push(...batch.records.map(({ value }) => Buffer.from(value!).toString()));
      batch.release();
      if (texts.length < 3) appending = appendTexts(producer, topic, 0, [`after ${texts.length}`]);
      // Aborted while the next batch is waited for: nothing more will come.
      else setImmediate(() => stop.abort());
    }
    assert.deepEqual(texts, ['first', 'after 1', 'after 2']);
    // A reader may have a record before its writer has the acknowledgement.
    await appending;
  });

  test('A signal that is aborted already ends the iteration before it begins', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    const from = new Map([[0, 0]]);
    assert.deepEqual(await readAll(ground.kafka, { topic, from, signal: AbortSignal.abort() }), []);
  });

  test('Closing the consumer or the client ends an iteration that waits', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const consumers = [0, 1].map(() => ground.kafka.consumer({ topic, from: new Map([[0, 0]]) }));
    const ends = consumers.map((consumer) => consumer[Symbol.asyncIterator]().next());
    await consumers[0]!.close();
    await consumers[0]!.close();
    assert.equal((await ends[0]!).done, true);
    await ground.kafka.close();
    assert.equal((await ends[1]!).done, true);
  });

  test('What retention has removed is told, and reading goes on at the oldest record', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    await ground.deleteRecords(topic, 0, 4);
    const gaps: unknown[] = [];
    const reading = { topic, from: new Map([[0, 1]]), until: new Map([[0, 6]]) };
    const read = await readAll(ground.kafka, { ...reading, onGap: (gap) => gaps.push(gap) });
    assert.deepEqual(gaps, [{ partition: 0, from: 1, earliest: 4 }]);
    assert.deepEqual(
      read.map(({ text }) => text),
      ['e', 'f'],
    );
    const refused = { name: 'KafkaError', kind: 'out-of-range' };
    await assert.rejects(readAll(ground.kafka, reading), refused);
  });

  test('All records removed: the iteration still ends', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    await ground.deleteRecords(topic, 0, 6);
    let gap: unknown;
    const reading = { topic, from: new Map([[0, 0]]), until: new Map([[0, 6]]) };
    assert.deepEqual(await readAll(ground.kafka, { ...reading, onGap: (lost) => (gap = lost) }), []);
    assert.deepEqual(gap, { partition: 0, from: 0, earliest: 6 });
  });

  test('An offset past the end is never silent', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    const reading = { topic, from: new Map([[0, 100]]) };
    const refused = { name: 'KafkaError', kind: 'out-of-range' };
    await assert.rejects(readAll(ground.kafka, reading), refused);
    const cuts: unknown[] = [];
    const read = await readAll(ground.kafka, { ...reading, onCut: (cut) => cuts.push(cut) }, letters.length);
    assert.deepEqual(cuts, [{ partition: 0, at: 0, until: 100 }]);
    assert.deepEqual(
      read.map(({ text }) => text),
      letters,
    );
  });

  test('A reading that is to end behind the end of the log, which was cut, ends', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    const reading = { topic, from: new Map([[0, 0]]), until: new Map([[0, 100]]) };
    const refused = { name: 'KafkaError', kind: 'out-of-range' };
    const cuts: unknown[] = [];
    const [read] = await Promise.all([
      readAll(ground.kafka, { ...reading, onCut: (cut) => cuts.push(cut) }),
      assert.rejects(readAll(ground.kafka, reading), refused),
    ]);
    assert.deepEqual(cuts, [{ partition: 0, at: letters.length, until: 100 }]);
    assert.deepEqual(
      read.map(({ text }) => text),
      letters,
    );
  });

  test('By the epochs of what was read, a log tells up to where it is as it was', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    await appendTexts(ground.kafka.producer(), topic, 0, letters);
    let epochs: readonly EpochRun[] = [];
    const reading = { topic, from: new Map([[0, 0]]), until: new Map([[0, 6]]) };
    for await (const batch of ground.kafka.consumer(reading)) {
      epochs = batch.epochs;
      batch.release();
    }
    const [run] = epochs;
    assert.ok(run !== undefined && run[0] >= 0 && run[1] === 0, JSON.stringify(epochs));
    const asked = new Map([
      [0, epochs],
      [1, []],
    ]);
    assert.deepEqual([...(await ground.kafka.agreement(topic, asked))], [[0, 6]]);
    const strange = new Map([[0, [[run[0] + 1000, 0] as const]]]);
    assert.deepEqual([...(await ground.kafka.agreement(topic, strange))], [[0, 0]]);
    const missing = ground.kafka.agreement(`contract-${randomUUID()}`, asked);
    await assert.rejects(missing, { name: 'KafkaError', kind: 'unknown-topic' });
    for (const known of [new Map([[0, epochs]]), strange]) {
      const behind = { topic, from: new Map([[0, 4]]), until: new Map([[0, 6]]), epochs: known };
      const read = await readAll(ground.kafka, behind);
      assert.deepEqual(
        read.map(({ text }) => text),
        ['e', 'f'],
      );
    }
  });

  test('Partitions that are added while reading are read from their first record', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 2);
    const from = await ground.kafka.offsets(topic, 'earliest');
    const texts: string[] = [];
    await appendTexts(ground.kafka.producer(), topic, 1, ['old']);
    for await (const batch of ground.kafka.consumer({ topic, from, newPartitions: true })) {
      texts.push(...batch.records.map(({ value }) => Buffer.from(value!).toString()));
      batch.release();
      if (texts.length === 1) {
        await ground.addPartitions(topic, 1);
        await appendTexts(ground.kafka.producer(), topic, 2, ['new', 'newer']);
      }
      if (texts.length === 3) break;
    }
    assert.deepEqual(texts, ['old', 'new', 'newer']);
  });

  test('Partitions that were added between asking for offsets and reading are read too', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground, 1);
    const from = await ground.kafka.offsets(topic, 'earliest');
    await ground.addPartitions(topic, 1);
    await appendTexts(ground.kafka.producer(), topic, 1, ['gone', 'new']);
    await ground.deleteRecords(topic, 1, 1);
    const onGap = () => assert.fail('nothing that was asked for is lost');
    const read = await readAll(ground.kafka, { topic, from, newPartitions: true, onGap }, 1);
    assert.deepEqual(
      read.map(({ partition, text }) => `${partition} ${text}`),
      ['1 new'],
    );
  });

  test('A topic that is not there, and one that is recreated, end the iteration with an error', async (t) => {
    const ground = await open(t);
    const name = `contract-${randomUUID()}`;
    const missing = readAll(ground.kafka, { topic: name, from: new Map([[0, 0]]) });
    await assert.rejects(missing, { name: 'KafkaError', kind: 'unknown-topic' });
    const topic = await freshTopic(ground);
    await appendTexts(ground.kafka.producer(), topic, 0, ['a']);
    const reading = async () => {
      for await (const batch of ground.kafka.consumer({ topic, from: new Map([[0, 0]]) })) {
        batch.release();
        await ground.deleteTopic(topic);
        await ground.kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
      }
    };
    await assert.rejects(reading(), { name: 'KafkaError', kind: /^(topic-recreated|unknown-topic)$/ });
    assert.deepEqual(await readTopic(ground.kafka, topic), []);
  });
}
