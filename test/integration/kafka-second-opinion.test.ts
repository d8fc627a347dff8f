/** A broker that is behind, or cut off from the others, and answers all the same: another one is asked. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { appendTexts, readAll, readTopic } from '../contracts/kafka/ground.ts';
import { startMember } from '../contracts/kafka/member.ts';
import { answerWith, apis } from '../support/answer-codes.ts';
import { testBroker } from '../support/broker.ts';
import { listener } from '../support/listener.ts';
import { type RewritingProxy, startRewritingProxy } from '../support/rewriting-proxy.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const unknownTopic = 3;
const notLeader = 6;
const coordinatorNotAvailable = 15;

interface Views {
  readonly proxies: readonly RewritingProxy[];
  /** A client of both. */
  client(): Kafka;
  readonly witness: Kafka;
}

/** One broker with two addresses, of which each looks to clients like a cluster of its own. */
async function views(t: TestContext): Promise<Views> {
  const proxies = [await startRewritingProxy(t), await startRewritingProxy(t)];
  const [left, right] = proxies as [RewritingProxy, RewritingProxy];
  const at = (port: number) => ({ protocol: 'PLAINTEXT' as const, advertisedPorts: [port] });
  const broker = await startBroker({
    listeners: { LEFT: at(left.port), RIGHT: at(right.port) },
  });
  t.after(() => broker.stop());
  left.target = Number(broker.listeners.LEFT!.split(':')[1]);
  right.target = Number(broker.listeners.RIGHT!.split(':')[1]);
  const client = (servers: string) => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': servers } });
    t.after(() => kafka.close());
    return kafka;
  };
  return {
    proxies,
    client: () => client(`127.0.0.1:${left.port},127.0.0.1:${right.port}`),
    witness: client(broker.bootstrapServers),
  };
}

/** Has the client ask one of them, and gives back which: its word is not to be taken from then on. */
async function asked(kafka: Kafka, proxies: readonly RewritingProxy[]): Promise<RewritingProxy> {
  for (const proxy of proxies) proxy.rewrite = undefined;
  const before = proxies.map((proxy) => proxy.answered(apis.metadata));
  await kafka.describeCluster();
  return proxies.find((proxy, index) => proxy.answered(apis.metadata) > before[index]!)!;
}

/** Says of a topic that there is none. */
function denies(proxy: RewritingProxy, topic: string): void {
  proxy.rewrite = (apiKey, body) => {
    const at = body.indexOf(topic);
    if (apiKey === apis.metadata && at >= 0) body.writeInt16BE(unknownTopic, at - 3);
  };
}

test('What one broker does not know is asked of another', async (t) => {
  const { proxies, client, witness } = await views(t);

  await t.test('A topic that one of them has not heard of is there', async () => {
    const kafka = client();
    const topic = uniqueTopic();
    await witness.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    denies(await asked(kafka, proxies), topic);
    assert.ok(await kafka.describeTopic(topic));
    denies(await asked(kafka, proxies), topic);
    await appendTexts(kafka.producer(), topic, 0, ['a']);
    denies(await asked(kafka, proxies), topic);
    assert.equal((await readTopic(kafka, topic)).length, 1);
    assert.equal(await kafka.describeTopic(uniqueTopic()), undefined, 'what neither knows is not there');
  });

  await t.test('A topic that one of them has forgotten is read and written on', async (t) => {
    const kafka = client();
    const topic = uniqueTopic();
    const group = uniqueName('group');
    await witness.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const producer = kafka.producer();
    await appendTexts(producer, topic, 0, ['a']);
    const member = startMember(t, kafka, { topic, group });
    await waitFor(() => member.read.length === 1);
    denies(await asked(kafka, proxies), topic);
    const lasting = performance.now() + 7000;
    for (const proxy of proxies) {
      const { rewrite } = proxy;
      proxy.rewrite = (apiKey, body) => {
        rewrite?.(apiKey, body);
        // Whoever is told so looks for the leader anew.
        const isAsked = apiKey === apis.fetch || apiKey === apis.produce;
        if (isAsked && performance.now() < lasting) answerWith(notLeader, apiKey, body);
      };
    }
    await appendTexts(producer, topic, 0, ['b', 'c']);
    await waitFor(() => member.read.length === 3, { timeout: 20_000 });
    assert.deepEqual(member.read, ['0/0 a', '0/1 b', '0/2 c']);
    await member.close();
  });

  await t.test('Producer ids and coordinators come from whoever has them', async () => {
    const kafka = client();
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const fail = (apiKey: number, body: Buffer) => {
      if (apiKey === apis.initProducerId || apiKey === apis.findCoordinator)
        answerWith(coordinatorNotAvailable, apiKey, body);
    };
    (await asked(kafka, proxies)).rewrite = fail;
    await appendTexts(kafka.producer(), topic, 0, ['a']);
    (await asked(kafka, proxies)).rewrite = fail;
    await kafka.commit('second-opinion', topic, new Map([[0, { offset: 1, metadata: '' }]]));
  });

  await t.test('A hundred partitions that wait for one leader ask together', async () => {
    const topic = uniqueTopic();
    const partitions = 100;
    await witness.createTopic({ name: topic, partitions, replicationFactor: 1 });
    let questions = 0;
    const leaderless = (apiKey: number, body: Buffer) => {
      const at = body.indexOf(topic);
      if (apiKey !== apis.metadata || at < 0) return;
      questions += 1;
      // Behind the name, the id and a flag: error, number, leader, epoch, one replica, one of them in sync, none offline.
      const first = at + topic.length + 16 + 1 + 1;
      for (let partition = 0; partition < partitions; partition += 1)
        body.writeInt32BE(-1, first + partition * 26 + 6);
    };
    for (const proxy of proxies) proxy.rewrite = leaderless;
    const kafka = client();
    const producer = kafka.producer();
    const appends = Array.from({ length: partitions }, (_, partition) =>
      producer.append(topic, partition, { value: Buffer.from('a') }),
    );
    const from = new Map(appends.map((_, partition) => [partition, 0]));
    const reading = readAll(kafka, { topic, from }, partitions);
    // By then each has waited for as long as it ever does between two attempts.
    await waitFor(() => questions >= 12, { timeout: 60_000 });
    const [before, since] = [questions, performance.now()];
    await waitFor(() => performance.now() > since + 5000);
    const asked = (questions - before) / 5;
    for (const proxy of proxies) proxy.rewrite = undefined;
    await Promise.all(appends);
    assert.equal((await reading).length, partitions);
    assert.ok(asked < 4, `${asked} questions a second`);
  });
});

test('A server that can never be of use does not end the search for another', async (t) => {
  const { bootstrapServers } = await testBroker();
  const { port } = await listener(t, (socket) =>
    socket.once('data', (request: Buffer) => {
      // UNSUPPORTED_VERSION and nothing else, as of a server that is no Kafka of today.
      const answer = Buffer.alloc(4 + 4 + 2 + 4);
      answer.writeInt32BE(10, 0);
      request.copy(answer, 4, 8, 12);
      answer.writeInt16BE(35, 8);
      socket.write(answer);
    }),
  );
  for (let round = 0; round < 8; round += 1) {
    const servers = `127.0.0.1:${port},${bootstrapServers}`;
    const kafka = createKafka({ properties: { 'bootstrap.servers': servers } });
    t.after(() => kafka.close());
    assert.equal((await kafka.describeCluster()).brokers.length, 1);
  }
  const alone = createKafka({ properties: { 'bootstrap.servers': `127.0.0.1:${port}` } });
  t.after(() => alone.close());
  await assert.rejects(alone.describeCluster(), { name: 'KafkaError', kind: 'unsupported' });
});

test('A topic without an id is refused in words', async (t) => {
  const { proxies, client, witness } = await views(t);
  const topic = uniqueTopic();
  await witness.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const withoutId = (apiKey: number, body: Buffer) => {
    const at = body.indexOf(topic);
    if (apiKey === apis.metadata && at >= 0) body.fill(0, at + topic.length, at + topic.length + 16);
  };
  for (const proxy of proxies) proxy.rewrite = withoutId;
  const kafka = client();
  const refused = { name: 'KafkaError', kind: 'unsupported' };
  await assert.rejects(readAll(kafka, { topic, from: new Map([[0, 0]]) }), refused);
  await assert.rejects(kafka.producer().append(topic, 0, { value: null }), refused);
});
