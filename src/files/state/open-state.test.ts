import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import type { Kafka, TopicDescription } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { encodeLease, type Lease } from '../../records/state-record.ts';
import { uploadSettings } from '../shared/options.ts';
import { thisBoot } from './boot.ts';
import { living } from './lease.ts';
import { openState } from './open-state.ts';

const stateTopic = 'files.state';

/** A cluster with a files topic and, for `shop`, the lease of a process of this boot that was killed. */
async function ground(): Promise<{
  kafka: Kafka;
  topic: TopicDescription;
  write(lease: Lease | null): Promise<void>;
}> {
  const kafka = createMemoryCluster().client();
  const config = { 'cleanup.policy': 'compact' };
  await kafka.createTopic({ name: stateTopic, partitions: 1, replicationFactor: 1, config });
  await kafka.createTopic({ name: 'files', partitions: 1, replicationFactor: 1 });
  const topic = (await kafka.describeTopic('files'))!;
  const producer = kafka.producer();
  const write = async (lease: Lease | null): Promise<void> => {
    await producer.append(stateTopic, 0, encodeLease('shop', lease));
  };
  const boot = thisBoot === undefined ? {} : { boot: thisBoot };
  await write({ topic: topic.id, owner: 'killed', host: hostname(), pid: process.pid, lasts: 20, ...boot });
  return { kafka, topic, write };
}

/** The same client, with `before` called ahead of the second look at where the state begins: ahead of the second read. */
function atSecondRead(kafka: Kafka, before: () => Promise<void>): Kafka {
  let reads = 0;
  const offsets: Kafka['offsets'] = async (name, at) => {
    if (name === stateTopic && at === 'earliest' && ++reads === 2) await before();
    return kafka.offsets(name, at);
  };
  return new Proxy(kafka, {
    get(target, name) {
      if (name === 'offsets') return offsets;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const settings = uploadSettings({ kafka: {}, topic: 'files', from: 'memory', name: 'shop' });
const { signal } = new AbortController();

test('Who was faster in taking over from a killed uploader is found, and has the name', async (t: TestContext) => {
  const { kafka, topic, write } = await ground();
  const faster = { topic: topic.id, owner: 'faster', host: hostname(), pid: process.pid, lasts: 30_000 };
  living.add(faster.owner);
  t.after(() => living.delete(faster.owner));
  const late = atSecondRead(kafka, () => write(faster));
  await assert.rejects(openState({ kafka: late, topic, settings, signal }), ConfigurationError);
});

test('Who took over from a killed uploader, and gave the name back, leaves it free', async () => {
  const { kafka, topic, write } = await ground();
  const late = atSecondRead(kafka, () => write(null));
  const state = await openState({ kafka: late, topic, settings, signal });
  assert.deepEqual([state.lease, state.end], [undefined, 2]);
});

test('A lease that has ended is waited for once', async () => {
  const { kafka, topic } = await ground();
  const state = await openState({ kafka, topic, settings, signal });
  assert.deepEqual([state.lease?.owner, state.end], ['killed', 1]);
});
