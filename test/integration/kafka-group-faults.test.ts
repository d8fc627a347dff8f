/** Members of a group whose brokers answer late, wrongly or not at all. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka, KafkaError } from '../../src/kafka/contract.ts';
import { appendTexts } from '../contracts/kafka/ground.ts';
import { startMember } from '../contracts/kafka/member.ts';
import { type Answer, type Spoiled, startSpoilingProxy } from '../support/spoiling-proxy.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

interface Stage {
  readonly broker: RunningBroker;
  /** Behind the proxy. It has not made the topic itself, which it would take for there whatever it is told. */
  readonly kafka: Kafka;
  /** Holds six records. */
  readonly topic: string;
  readonly group: string;
}

type Spoil = (answer: Answer, stage: { readonly topic: string }) => Spoiled | undefined;

async function stage(t: TestContext, spoil: Spoil = () => undefined): Promise<Stage> {
  const topic = uniqueTopic();
  const proxy = await startSpoilingProxy(t, (answer) => spoil(answer, { topic }));
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  const client = (bootstrap: string) => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap }, metadataMaxAge: 300 });
    t.after(() => kafka.close());
    return kafka;
  };
  const owner = client(broker.bootstrapServers);
  await owner.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await appendTexts(owner.producer(), topic, 0, ['a', 'b', 'c', 'd', 'e', 'f']);
  const kafka = client(`127.0.0.1:${proxy.port}`);
  return { broker, kafka, topic, group: uniqueName('group') };
}

const metadata = 3;
const syncGroup = 14;
const unknownTopic = 3;

test('A member goes on where its group stands, though a broker has not heard of the topic', async (t) => {
  let lies = 0;
  let isNext = false;
  const { kafka, topic, group } = await stage(t, ({ apiKey, bytes }, { topic: name }) => {
    if (apiKey === syncGroup) isNext = true;
    if (apiKey !== metadata || !isNext) return undefined;
    isNext = false;
    lies += 1;
    const spoiled = Buffer.from(bytes);
    // The error stands before the name and the name's length.
    spoiled.writeInt16BE(unknownTopic, spoiled.indexOf(name) - 3);
    return { bytes: spoiled };
  });
  await kafka.commit(group, topic, new Map([[0, { offset: 4, metadata: '' }]]));
  const member = startMember(t, kafka, { topic, group });
  await waitFor(() => member.read.length >= 2);
  assert.deepEqual(member.read, ['0/4 e', '0/5 f']);
  assert.equal(lies, 1);
});

test('Closing ends while no broker can be reached, and what could not be committed is lost', async (t) => {
  const { broker, kafka, topic, group } = await stage(t);
  const member = startMember(t, kafka, { topic, group });
  await waitFor(() => member.read.length === 6);
  await broker.nodes[0]!.kill();
  await member.close();
  assert.deepEqual(member.lost, [[0]]);
});

test('Closing waits for a commit no longer than the group waits for its member', async (t) => {
  const { broker, kafka, topic, group } = await stage(t);
  const member = startMember(t, kafka, { topic, group, keepsPositions: true });
  await waitFor(() => member.read.length === 6);
  await broker.nodes[0]!.kill();
  const committing = assert.rejects(
    member.consumer.commit(new Map([[0, { offset: 6, metadata: '' }]])),
    ({ kind }: KafkaError) => kind === 'fenced',
  );
  await member.close();
  await committing;
});
