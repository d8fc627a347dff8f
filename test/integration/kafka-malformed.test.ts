/** Answers that are not what Kafka says: an error, or another try on another connection; never a hang, a crash or a loss. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '../../src/broker/broker.ts';
import { SluiceError } from '../../src/errors.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka, KafkaStatus } from '../../src/kafka/contract.ts';
import { readTopic } from '../contracts/kafka/ground.ts';
import { type Answer, type Spoiled, startSpoilingProxy } from '../support/spoiling-proxy.ts';
import { uniqueTopic } from '../support/unique.ts';

/** The length and the correlation id. */
const headBytes = 8;
const produce = 0;
/** Behind the tags, one topic's id, and one partition's number; then comes where the batch stands. */
const produceErrorAt = headBytes + 1 + (1 + 16) + (1 + 4);
const invalidRecord = 87;
const initProducerId = 22;
/** Behind the tags, the time to be quiet, and the error. */
const producerIdAt = headBytes + 1 + 4 + 2;
/** What answers it as no Kafka does is no Kafka: that is final. */
const apiVersions = 18;

function withBody(answer: Buffer, body: Uint8Array): Buffer {
  const bytes = Buffer.concat([answer.subarray(0, headBytes), body]);
  bytes.writeInt32BE(bytes.byteLength - 4, 0);
  return bytes;
}

function withNumber(answer: Buffer, value: number, at: number): Buffer {
  const bytes = Buffer.from(answer);
  bytes.writeInt32BE(value, at);
  return bytes;
}

/**
 * Numbers from 0 to 1 by a seed, which the test tells. Each answer has its own, by what it answers: in which order answers
 * come is not the seed's to say.
 */
function numbers(seed: string): () => number {
  let block = createHash('sha256').update(seed).digest();
  let at = 0;
  return () => {
    if (at + 4 > block.byteLength) {
      block = createHash('sha256').update(block).digest();
      at = 0;
    }
    at += 4;
    return block.readUInt32BE(at - 4) / 2 ** 32;
  };
}

/**
 * Where an answer may be spoiled at random. The time for which the client is asked to be quiet is left alone, which would have
 * it wait for minutes, as it must: at the beginning, behind the topics of an answer to Produce, behind the list of ApiVersions.
 */
function spoilable(answer: Buffer, apiKey: number): readonly [first: number, end: number] {
  if (apiKey === produce) return [headBytes, answer.byteLength - 5];
  if (apiKey === apiVersions) return [headBytes, headBytes + 3 + 7 * (answer[headBytes + 2]! - 1)];
  return [headBytes + 5, answer.byteLength];
}

function flipped({ bytes: answer, apiKey }: Answer, bits: number, random: () => number): Buffer {
  const bytes = Buffer.from(answer);
  const [first, end] = spoilable(answer, apiKey);
  for (let count = 0; count < bits && end > first; count += 1) {
    const at = first + Math.floor(random() * (end - first));
    bytes[at]! ^= 1 << Math.floor(random() * 8);
  }
  return bytes;
}

/** Behind a beginning that asks for nothing. */
function noise({ bytes }: Answer, random: () => number): Buffer {
  const body = Array.from({ length: bytes.byteLength }, (_, at) => (at < 5 ? 0 : Math.floor(random() * 256)));
  return withBody(bytes, Buffer.from(body));
}

const ways: Readonly<Record<string, (answer: Answer, random: () => number) => Spoiled>> = {
  'one bit turned over': (answer, random) => ({ bytes: flipped(answer, 1, random) }),
  'many bits turned over': (answer, random) => ({ bytes: flipped(answer, 20, random) }),
  'half of the body': ({ bytes: answer }) => {
    const body = answer.subarray(headBytes);
    return { bytes: withBody(answer, body.subarray(0, body.byteLength >> 1)) };
  },
  'no body': ({ bytes: answer }) => ({ bytes: withBody(answer, Buffer.alloc(0)) }),
  'an end in the middle': ({ bytes: answer }) => ({
    bytes: answer.subarray(0, answer.byteLength >> 1),
    ends: true,
  }),
  'a length beyond reason': ({ bytes: answer }) => ({ bytes: withNumber(answer, 2 ** 31 - 1, 0) }),
  'a large length that is not kept': ({ bytes: answer }) => ({
    bytes: withNumber(answer, 400_000_000, 0),
    ends: true,
  }),
  'a negative length': ({ bytes: answer }) => ({ bytes: withNumber(answer, -5, 0) }),
  'the number of another request': ({ bytes: answer }) => ({ bytes: withNumber(answer, 0x12345678, 4) }),
  'a refusal of what stands there': ({ bytes: answer, apiKey }) => {
    const bytes = Buffer.from(answer);
    const isAppended = apiKey === produce && answer.readInt16BE(produceErrorAt) === 0;
    if (isAppended) bytes.writeInt16BE(invalidRecord, produceErrorAt);
    return { bytes };
  },
  'a producer id that is none, and answers that are lost': ({ bytes: answer, apiKey }) => {
    if (apiKey === produce) return { bytes: withBody(answer, Buffer.alloc(0)) };
    const bytes = Buffer.from(answer);
    if (apiKey === initProducerId) bytes.writeBigInt64BE(-5n, producerIdAt);
    return { bytes };
  },
  noise: (answer, random) => ({ bytes: noise(answer, random) }),
  'large numbers only': ({ bytes: answer }) => ({
    bytes: withBody(answer, Buffer.alloc(answer.byteLength, 0xff)),
  }),
  'zeros only': ({ bytes: answer }) => ({ bytes: withBody(answer, new Uint8Array(answer.byteLength)) }),
};

/** Nobody takes these for an answer, so that the request is made again, and no record is given up. */
const senseless = ['half of the body', 'no body', 'an end in the middle', 'a length beyond reason'].concat(
  'a large length that is not kept',
  'a negative length',
  'the number of another request',
  'a refusal of what stands there',
  'a producer id that is none, and answers that are lost',
);

/** Of the environment: what is random in how answers are spoiled. */
const seedVariable = 'SPOILT_BY';

/** Each API's first answers to a client are spoiled. */
const spoiledAnswers = 2;
/** Each of them can cost a round at most. */
const mostRounds = 30;

/** A step takes seconds at most, on a busy machine too: what takes longer than that waits for what never comes. */
const longestStepMs = 60_000;

/** Tells what hangs, which the test's own time-out would not. */
async function inTime<Result>(what: string, step: Promise<Result>): Promise<Result> {
  const ended = new AbortController();
  const hangs = delay(longestStepMs, undefined, { signal: ended.signal }).then(() =>
    assert.fail(`${what} hangs`),
  );
  hangs.catch(() => {});
  return Promise.race([step, hangs]).finally(() => ended.abort());
}

/** Everything that Sluice asks of a cluster; gives the texts whose appends were acknowledged. */
async function exercise(kafka: Kafka, way: string, topic: string, prefix: string): Promise<string[]> {
  const texts = Array.from({ length: 20 }, (_, index) => `${prefix} ${index}`);
  const producer = kafka.producer({ compression: 'zstd' });
  const group = `group-${topic}`;
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    describeCluster: () => kafka.describeCluster(),
    listTopics: () => kafka.listTopics(),
    describeTopic: () => kafka.describeTopic(topic),
    'the earliest offsets': () => kafka.offsets(topic, 'earliest'),
    'offsets by time': () => kafka.offsets(topic, { time: Date.now() }),
    commit: () => kafka.commit(group, topic, new Map([[0, { offset: 1, metadata: '' }]])),
    agreement: () => kafka.agreement(topic, new Map([[0, [[0, 0] as const]]])),
    committed: () => kafka.committed(group, topic),
    'reading all': () => readTopic(kafka, topic),
  };
  const place = `${way}, ${prefix}`;
  const appends = texts.map((text) => producer.append(topic, 0, { value: Buffer.from(text) }));
  const outcomes = await inTime(`${place}: appending`, Promise.allSettled(appends));
  for (const [name, step] of Object.entries(steps)) {
    const ended = step().catch((error: unknown) => assert.ok(error instanceof SluiceError, String(error)));
    await inTime(`${place}: ${name}`, ended);
  }
  await inTime(`${place}: closing`, producer.close());
  return texts.filter((_, index) => outcomes[index]!.status === 'fulfilled');
}

test('Whatever is answered, everything comes to an end, and goes on afterwards', async (t) => {
  const seed = process.env[seedVariable] ?? randomUUID();
  t.diagnostic(`${seedVariable}=${seed} has the same answers spoiled in the same way`);
  const answered = new Map<string, number>();
  const proxy = await startSpoilingProxy(t, (answer) => {
    const { clientId, apiKey } = answer;
    const key = `${clientId} ${apiKey}`;
    const count = answered.get(key) ?? 0;
    answered.set(key, count + 1);
    const isFinal = apiKey === apiVersions && senseless.includes(clientId);
    return count < spoiledAnswers && !isFinal
      ? ways[clientId]?.(answer, numbers(`${seed} ${key} ${count}`))
      : undefined;
  });
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  const properties = { 'bootstrap.servers': `127.0.0.1:${proxy.port}`, 'request.timeout.ms': '1000' };
  const witness = createKafka({ properties, clientId: 'witness' });
  t.after(() => witness.close());
  const memory = process.memoryUsage.rss();
  const quiet: string[] = [];
  const clients = Object.keys(ways).map(async (way) => {
    const onStatus = ({ state, message }: KafkaStatus) =>
      state === 'throttled' && quiet.push(`${way}: ${message}`);
    const kafka = createKafka({ properties, clientId: way, onStatus });
    t.after(() => kafka.close());
    const topic = uniqueTopic();
    await witness.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const acknowledged = await exercise(kafka, way, topic, 'while answers are spoiled');
    if (senseless.includes(way)) assert.equal(acknowledged.length, 20, `${way}: records were given up`);
    // What a spoiled answer made unusable is used no more: a new producer, as its owner would take one.
    let calm: string[] = [];
    for (let round = 0; calm.length < 20; round += 1) {
      assert.ok(round < mostRounds, `${way}: records are still given up`);
      calm = await exercise(kafka, way, topic, 'afterwards');
    }
    const read = (await readTopic(witness, topic)).map(({ text }) => text);
    for (const text of [...acknowledged, ...calm]) assert.ok(read.includes(text), `${way}: ${text} is lost`);
    const first = read.filter((text) => text.startsWith('while'));
    assert.equal(new Set(first).size, first.length, `${way}: a record stands twice`);
    assert.deepEqual(
      first.map((text) => Number(text.split(' ').at(-1))),
      first.map((text) => Number(text.split(' ').at(-1))).sort((a, b) => a - b),
      `${way}: records stand out of order`,
    );
  });
  // All come to their ends before any is closed.
  const failed = (await Promise.allSettled(clients)).filter(({ status }) => status === 'rejected');
  assert.deepEqual(failed, []);
  assert.deepEqual(quiet, [], 'nobody has asked to be spared');
  for (const way of Object.keys(ways)) {
    const spoiled = [...answered.keys()].filter((key) => key.startsWith(`${way} `));
    assert.ok(spoiled.length >= 9, `${way} met only ${spoiled.join(', ')}`);
  }
  const grown = process.memoryUsage.rss() - memory;
  assert.ok(grown < 250_000_000, `memory has grown by ${grown} bytes`);
});
