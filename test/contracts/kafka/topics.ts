/** Topics, offsets and committed positions. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { waitFor } from '../../support/wait.ts';
import { appendTexts, freshTopic, type OpenGround, readTopic } from './ground.ts';

export function topicsContract(open: OpenGround): void {
  test('The cluster names itself and its brokers', async (t) => {
    const { kafka } = await open(t);
    const { clusterId, brokers } = await kafka.describeCluster();
    assert.notEqual(clusterId, '');
    assert.ok(brokers.length >= 1 && brokers.every(({ host, port }) => host !== '' && port > 0));
  });

  test('A topic that is not there is undefined, and asking does not create it', async (t) => {
    const { kafka } = await open(t);
    const name = `contract-${randomUUID()}`;
    assert.equal(await kafka.describeTopic(name), undefined);
    assert.equal(await kafka.describeTopic(name), undefined);
    assert.ok(!(await kafka.listTopics()).includes(name));
    await assert.rejects(kafka.offsets(name, 'latest'), { name: 'KafkaError', kind: 'unknown-topic' });
  });

  test('A topic is created as it was asked for, and creating it again changes nothing', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const config = { 'max.message.bytes': '54321', 'cleanup.policy': 'compact' };
    const name = await freshTopic(ground, 3, config);
    const topic = await kafka.describeTopic(name);
    assert.equal(topic?.name, name);
    assert.equal(topic?.partitions, 3);
    assert.equal(topic?.maxMessageBytes, 54_321);
    assert.equal(topic?.config['cleanup.policy'], 'compact');
    assert.notEqual(topic?.id, '');
    await kafka.createTopic({ name, partitions: 7, replicationFactor: 1 });
    assert.deepEqual(await kafka.describeTopic(name), topic);
    assert.ok((await kafka.listTopics()).includes(name));
  });

  test("The cluster's defaults hold where -1 is asked for", async (t) => {
    const { kafka } = await open(t);
    const name = `contract-${randomUUID()}`;
    await kafka.createTopic({ name, partitions: -1, replicationFactor: -1 });
    const topic = await kafka.describeTopic(name);
    assert.ok(topic && topic.partitions >= 1);
    assert.equal(topic.maxMessageBytes, 1_048_588);
  });

  test('What can never be created is refused at once', async (t) => {
    const { kafka } = await open(t);
    const refused = { name: 'KafkaError', kind: 'invalid' };
    const topic = { name: `contract-${randomUUID()}`, partitions: 1, replicationFactor: 1 };
    await assert.rejects(kafka.createTopic({ ...topic, name: 'no/such name' }), refused);
    await assert.rejects(kafka.createTopic({ ...topic, replicationFactor: 100 }), refused);
    await assert.rejects(kafka.createTopic({ ...topic, config: { 'cleanup.policy': 'never' } }), refused);
    await assert.rejects(kafka.createTopic({ ...topic, config: { 'no.such.property': '1' } }), refused);
  });

  test('Offsets: the oldest record, the end, a time', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground, 2);
    const none = new Map([
      [0, 0],
      [1, 0],
    ]);
    assert.deepEqual(new Map(await kafka.offsets(topic, 'earliest')), none);
    assert.deepEqual(new Map(await kafka.offsets(topic, 'latest')), none);
    await appendTexts(kafka.producer(), topic, 1, ['a', 'b', 'c', 'd']);
    await ground.deleteRecords(topic, 1, 2);
    const oldest = (await readTopic(kafka, topic))[0]!;
    assert.equal(oldest.text, 'c');
    const offsetsAt = async (time: number) => (await kafka.offsets(topic, { time })).get(1);
    assert.equal((await kafka.offsets(topic, 'earliest')).get(1), 2);
    assert.equal((await kafka.offsets(topic, 'latest')).get(1), 4);
    assert.equal(await offsetsAt(0), 2);
    assert.equal(await offsetsAt(oldest.timestamp), 2);
    assert.equal(await offsetsAt(oldest.timestamp + 3_600_000), 4);
  });

  test('The offset of a time is that of the first record that is not older', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground);
    const producer = kafka.producer();
    let latest = 0;
    for (let index = 0; index < 5; index += 1) {
      // Times are told in milliseconds, so the next record comes in another one.
      await waitFor(() => Date.now() > latest, { interval: 1 });
      await appendTexts(producer, topic, 0, ['a', 'b']);
      latest = Date.now();
    }
    const records = await readTopic(kafka, topic);
    for (const { timestamp } of records) {
      const first = (time: number) => records.find((record) => record.timestamp >= time)?.offset ?? 10;
      for (const time of [timestamp, timestamp + 1]) {
        assert.equal((await kafka.offsets(topic, { time })).get(0), first(time));
      }
    }
  });

  test('Positions are kept for each group and partition', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground, 3);
    const group = `contract-${randomUUID()}`;
    assert.deepEqual(new Map(await kafka.committed(group, topic)), new Map());
    const first = { offset: 7, metadata: 'a word' };
    const second = { offset: 0, metadata: '' };
    await kafka.commit(group, topic, new Map([[0, first]]));
    await kafka.commit(group, topic, new Map([[2, second]]));
    const both = new Map([
      [0, first],
      [2, second],
    ]);
    assert.deepEqual(new Map(await kafka.committed(group, topic)), both);
    await kafka.commit(group, topic, new Map([[0, second]]));
    assert.deepEqual((await kafka.committed(group, topic)).get(0), second);
    assert.deepEqual(new Map(await kafka.committed(`${group}-2`, topic)), new Map());
    assert.ok((await kafka.listTopics()).every((name) => !name.startsWith('__')));
  });

  test('A position on a topic that is not there is refused', async (t) => {
    const { kafka } = await open(t);
    const name = `contract-${randomUUID()}`;
    const position = new Map([[0, { offset: 1, metadata: '' }]]);
    const refused = { name: 'KafkaError', kind: 'unknown-topic' };
    await assert.rejects(kafka.commit(name, name, position), refused);
  });

  test('A closed client refuses everything, and closing it again is no error', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground);
    const producer = kafka.producer();
    await appendTexts(producer, topic, 0, ['a']);
    await kafka.close();
    await kafka.close();
    const refused = { name: 'KafkaError', kind: 'closed' };
    await assert.rejects(kafka.describeCluster(), refused);
    await assert.rejects(kafka.offsets(topic, 'latest'), refused);
    await assert.rejects(producer.append(topic, 0, { value: null }), refused);
    const consumer = kafka.consumer({ topic, from: new Map([[0, 0]]) });
    assert.equal((await consumer[Symbol.asyncIterator]().next()).done, true);
  });

  test('Closing the client gives up what waits to be acknowledged', async (t) => {
    const ground = await open(t);
    const topic = await freshTopic(ground);
    const append = ground.kafka.producer().append(topic, 0, { value: Buffer.from('a') });
    const refused = assert.rejects(append, { name: 'KafkaError', kind: 'closed' });
    await ground.kafka.close();
    await refused;
  });

  test('Groups that have committed are listed, and whether somebody is in them', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground, 1);
    const [idle, busy] = [`contract-${randomUUID()}`, `contract-${randomUUID()}`];
    await kafka.commit(idle, topic, new Map([[0, { offset: 0, metadata: '' }]]));
    const consumer = kafka.consumer({ topic, group: busy });
    const reading = (async () => {
      for await (const batch of consumer) batch.release();
    })();
    const listed = async () => new Map((await kafka.listGroups()).map((one) => [one.group, one.hasMembers]));
    await waitFor(async () => (await listed()).get(busy) === true, { what: 'the member is listed' });
    assert.equal((await listed()).get(idle), false);
    await consumer.close();
    await reading;
  });

  test('How many bytes a log has, of topics that are there', async (t) => {
    const ground = await open(t);
    const { kafka } = ground;
    const topic = await freshTopic(ground, 2);
    const producer = kafka.producer();
    await producer.append(topic, 1, { value: Buffer.alloc(10_000) });
    const sizes = await kafka.logBytes([topic, `contract-${randomUUID()}`]);
    assert.deepEqual([...(sizes?.keys() ?? [])], [topic]);
    assert.equal(sizes?.get(topic)?.get(0), 0);
    const written = sizes?.get(topic)?.get(1) ?? 0;
    assert.ok(written >= 10_000 && written < 12_000, String(written));
  });
}
