import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { UnreachableError } from '../../src/errors.ts';
import { createKafka, type KafkaOptions } from '../../src/kafka/client.ts';
import type { Kafka, KafkaStatus } from '../../src/kafka/contract.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

async function client(t: TestContext, options: Partial<KafkaOptions> = {}): Promise<Kafka> {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers }, ...options });
  t.after(() => kafka.close());
  return kafka;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address !== 'string');
  return address.port;
}

test('A producer does not follow a name to another topic', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = await client(t);
  const admin = administrator(t, bootstrapServers);
  const topic = uniqueTopic();
  const newTopic = { name: topic, partitions: 1, replicationFactor: 1 };
  await kafka.createTopic(newTopic);
  const producer = kafka.producer();
  await producer.append(topic, 0, { value: Buffer.from('to the first') });
  await admin.deleteTopic(topic);
  await waitFor(async () => (await kafka.describeTopic(topic)) === undefined);
  await kafka.createTopic(newTopic);
  const refused = { name: 'KafkaError', kind: 'topic-recreated' };
  await assert.rejects(producer.append(topic, 0, { value: Buffer.from('to the second') }), refused);
  await assert.rejects(producer.append(topic, 0, { value: Buffer.from('once more') }), refused);
  // Before 4.1 the client only finds out by where the record has come to stand.
  const { version } = await kafka.describeCluster();
  const isFoundOutLater = ['3.6', '3.7', '3.8', '3.9', '4.0'].includes(version ?? '');
  assert.deepEqual(await kafka.offsets(topic, 'latest'), new Map([[0, isFoundOutLater ? 1 : 0]]));
});

test('Small records that wait together share a batch, and a refused one among them disturbs no other', async (t) => {
  const kafka = await client(t);
  const topic = uniqueTopic();
  const config = { 'max.message.bytes': '5000' };
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1, config });
  const producer = kafka.producer();
  const sizes = Array.from({ length: 200 }, (_, index) => (index % 50 === 25 ? 6000 : 900));
  const outcomes = await Promise.allSettled(
    sizes.map((size, index) =>
      producer.append(topic, 0, { key: Buffer.from(String(index)), value: Buffer.alloc(size) }),
    ),
  );
  const offsets = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value.offset : []));
  assert.deepEqual(offsets, [...Array(196).keys()]);
  for (const [index, outcome] of outcomes.entries()) {
    assert.equal(outcome.status === 'rejected' && outcome.reason.kind === 'too-large', sizes[index] === 6000);
  }
});

test('giveUpAfter ends every kind of waiting for a cluster that is not there', async (t) => {
  const statuses: KafkaStatus[] = [];
  const kafka = createKafka({
    properties: { 'bootstrap.servers': `127.0.0.1:${await deadPort()}` },
    giveUpAfter: 1500,
    onStatus: (status) => statuses.push(status),
  });
  t.after(() => kafka.close());
  const read = async () => {
    for await (const batch of kafka.consumer({ topic: 't', from: new Map([[0, 0]]) })) batch.release();
  };
  const waiting = [
    kafka.describeCluster(),
    kafka.producer().append('t', 0, { value: null }),
    kafka.committed('group', 't'),
    read(),
  ];
  for (const outcome of await Promise.allSettled(waiting)) {
    assert.ok(
      outcome.status === 'rejected' && outcome.reason instanceof UnreachableError,
      `${outcome.status}`,
    );
    assert.match(outcome.reason.message, /ECONNREFUSED/);
  }
  assert.deepEqual([...new Set(statuses.map(({ state }) => state))], ['unreachable']);
});

test('Closing does not wait for a cluster that is not there', async (t) => {
  const kafka = createKafka({ properties: { 'bootstrap.servers': `127.0.0.1:${await deadPort()}` } });
  const read = async () => {
    for await (const batch of kafka.consumer({ topic: 't', from: new Map([[0, 0]]) })) batch.release();
  };
  const waiting = Promise.allSettled([
    kafka.describeCluster(),
    kafka.producer().append('t', 0, { value: null }),
  ]);
  const reading = read();
  t.after(() => kafka.close());
  await kafka.close();
  for (const outcome of await waiting) {
    assert.ok(outcome.status === 'rejected' && outcome.reason.kind === 'closed');
  }
  await reading;
});

test('A closed client leaves no connection behind, however far it had come', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(address !== null && typeof address !== 'string');
  const connections = () =>
    new Promise<number>((resolve, reject) => {
      silent.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  const kafka = createKafka({ properties: { 'bootstrap.servers': `127.0.0.1:${address.port}` } });
  const waiting = assert.rejects(kafka.describeCluster(), { kind: 'closed' });
  await waitFor(async () => (await connections()) === 1);
  await kafka.close();
  await waiting;
  await waitFor(async () => (await connections()) === 0);
});

/** Answers every request, as an ApiVersions of version 3, with this body; gives the address. */
async function answering(t: TestContext, body: Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request: Buffer) => {
      const head = Buffer.alloc(8);
      head.writeInt32BE(4 + body.byteLength, 0);
      request.copy(head, 4, 8, 12);
      socket.write(Buffer.concat([head, body]));
    });
    t.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  return `127.0.0.1:${address.port}`;
}

/** ApiVersions, version 3: no error, these APIs, no throttling, no features. */
function offering(apis: readonly (readonly [key: number, oldest: number, newest: number])[]): Buffer {
  const rows = apis.map((api) => {
    const row = Buffer.alloc(7);
    for (const [index, value] of api.entries()) row.writeInt16BE(value, index * 2);
    return row;
  });
  return Buffer.concat([Buffer.from([0, 0, apis.length + 1]), ...rows, Buffer.alloc(5)]);
}

test('Brokers that are too old are refused at once: what was found is named, and what is needed', async (t) => {
  const refused = async (body: Buffer, message: RegExp) => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': await answering(t, body) } });
    t.after(() => kafka.close());
    await assert.rejects(kafka.describeCluster(), { name: 'KafkaError', kind: 'unsupported', message });
  };
  // Kafka 2.8, by what it offers of Produce and Fetch.
  const old = offering([
    [0, 0, 9],
    [1, 0, 12],
  ]);
  await refused(
    old,
    /of API 1 this broker speaks versions 0 to 12, and Sluice 13 to 17.*Apache Kafka 3\.6 and later/,
  );
  // Kafka before 2.4 answers in the oldest form: UNSUPPORTED_VERSION, and no APIs.
  await refused(Buffer.from([0, 35, 0, 0, 0, 0]), /Apache Kafka 3\.6 and later/);
});

test('One of several bootstrap servers is enough', async (t) => {
  const { bootstrapServers } = await testBroker();
  const properties = { 'bootstrap.servers': `127.0.0.1:${await deadPort()},${bootstrapServers}` };
  for (let round = 0; round < 5; round += 1) {
    const kafka = createKafka({ properties });
    t.after(() => kafka.close());
    assert.ok((await kafka.describeCluster()).brokers.length > 0);
  }
});

test('A signal closes the client', async (t) => {
  const controller = new AbortController();
  const kafka = await client(t, { signal: controller.signal });
  await kafka.describeCluster();
  controller.abort();
  await assert.rejects(kafka.describeCluster(), { kind: 'closed' });
});

test('A quota that holds answers back for longer than the time-out makes things slow, and nothing worse', async (t) => {
  const { bootstrapServers } = await testBroker();
  const statuses = new Set<string>();
  const clientId = uniqueName('limited');
  const kafka = await client(t, {
    properties: { 'bootstrap.servers': bootstrapServers, 'request.timeout.ms': '500' },
    clientId,
    onStatus: ({ state }) => statuses.add(state),
  });
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await administrator(t, bootstrapServers).limitClient(clientId, 1_000_000);
  const producer = kafka.producer();
  const value = Buffer.alloc(300_000);
  const append = () => producer.append(topic, 0, { value });
  // The limit reaches the broker a little later than the administrator's answer.
  const before = await waitFor(async () => {
    const { offset } = await append();
    return statuses.has('throttled') && offset + 1;
  });
  const appended = await Promise.all(Array.from({ length: 5 }, append));
  assert.deepEqual(
    appended.map(({ offset }) => offset),
    Array.from({ length: 5 }, (_, index) => before + index),
  );
  assert.deepEqual(await kafka.offsets(topic, 'latest'), new Map([[0, before + 5]]));
  assert.deepEqual([...statuses], ['throttled']);
});

test('A quota holds reading back too: slower, and every record once', async (t) => {
  const { bootstrapServers } = await testBroker();
  const writer = await client(t);
  const topic = uniqueTopic();
  await writer.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const producer = writer.producer();
  const count = 20;
  const appends = Array.from({ length: count }, (_, index) =>
    producer.append(topic, 0, { value: Buffer.alloc(100_000, index) }),
  );
  await Promise.all(appends);
  const statuses = new Set<string>();
  const clientId = uniqueName('limited');
  const log: string[] = [];
  const kafka = await client(t, {
    properties: { 'bootstrap.servers': bootstrapServers, 'request.timeout.ms': '500' },
    clientId,
    onStatus: ({ state }) => statuses.add(state),
    logger: pino({ level: 'debug' }, { write: (line) => log.push(JSON.parse(line).msg) }),
  });
  await administrator(t, bootstrapServers).limitClient(clientId, 2_000_000);
  const read = async () => {
    const offsets: number[] = [];
    const reading = { topic, from: new Map([[0, 0]]), until: new Map([[0, count]]), bufferBytes: 400_000 };
    for await (const { records, release } of kafka.consumer(reading)) {
      offsets.push(...records.map(({ offset }) => offset));
      release();
    }
    assert.deepEqual(offsets, [...Array(count).keys()]);
  };
  // The limit reaches the broker a little later than the administrator's answer.
  await waitFor(async () => {
    await read();
    return statuses.has('throttled');
  });
  assert.deepEqual([...statuses], ['throttled']);
  assert.ok(log.some((line) => /slows this client down by its quota/.test(line)));
  assert.ok(
    !log.some((line) => /no answer/.test(line)),
    'no connection is given up for a silence that was announced',
  );
});
