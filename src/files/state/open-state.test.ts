import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { changedKafka } from '../../../test/support/faulty-kafka.ts';
import { ConfigurationError } from '../../errors.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { encodeLease, type Lease } from '../../records/state-record.ts';
import type { UploadEvent } from '../shared/events.ts';
import { uploadSettings } from '../shared/options.ts';
import type { UploadTopics } from '../shared/topics.ts';
import { thisBoot } from './boot.ts';
import { living } from './lease.ts';
import { openState } from './open-state.ts';

const stateTopic = 'files.state';

/** A cluster with a files topic and, for `shop`, the lease of a process of this boot that was killed. */
async function ground(): Promise<{
  kafka: Kafka;
  topics: UploadTopics;
  write(lease: Lease | null): Promise<void>;
}> {
  const kafka = createMemoryCluster().client();
  const config = { 'cleanup.policy': 'compact' };
  const state = await kafka.createTopic({ name: stateTopic, partitions: 1, replicationFactor: 1, config });
  const files = await kafka.createTopic({ name: 'files', partitions: 1, replicationFactor: 1 });
  const producer = kafka.producer();
  const write = async (lease: Lease | null): Promise<void> => {
    await producer.append(stateTopic, 0, encodeLease('shop', lease));
  };
  const boot = thisBoot === undefined ? {} : { boot: thisBoot };
  await write({ topic: files.id, owner: 'killed', host: hostname(), pid: process.pid, lasts: 20, ...boot });
  return { kafka, topics: { files, state, isNewState: false }, write };
}

/** The same client, with `before` called ahead of the second read of the state. */
function atSecondRead(kafka: Kafka, before: () => Promise<void>): Kafka {
  let reads = 0;
  const readToEnd: Kafka['readToEnd'] = async (name, ...what) => {
    if (name === stateTopic && ++reads === 2) await before();
    return kafka.readToEnd(name, ...what);
  };
  return changedKafka(kafka, { readToEnd });
}

const settings = uploadSettings({ kafka: {}, topic: 'files', from: 'memory', name: 'shop' });
const { signal } = new AbortController();

test('Who was faster in taking over from a killed uploader is found, and has the name', async (t: TestContext) => {
  const { kafka, topics, write } = await ground();
  const faster = {
    topic: topics.files.id,
    owner: 'faster',
    host: hostname(),
    pid: process.pid,
    lasts: 30_000,
  };
  living.add(faster.owner);
  t.after(() => living.delete(faster.owner));
  const late = atSecondRead(kafka, () => write(faster));
  await assert.rejects(openState({ kafka: late, topics, settings, signal }), ConfigurationError);
});

test('Who took over from a killed uploader, and gave the name back, leaves it free', async () => {
  const { kafka, topics, write } = await ground();
  const late = atSecondRead(kafka, () => write(null));
  const state = await openState({ kafka: late, topics, settings, signal });
  assert.deepEqual([state.lease, state.end], [undefined, 2]);
});

test('A lease that has ended is waited for once', async () => {
  const { kafka, topics } = await ground();
  const state = await openState({ kafka, topics, settings, signal });
  assert.deepEqual([state.lease?.owner, state.end], ['killed', 1]);
});

test('Who has waited for a name is told that it is free', async () => {
  const { kafka, topics, write } = await ground();
  const elsewhere: Lease = { topic: topics.files.id, owner: 'pod-1', host: 'elsewhere', pid: 1, lasts: 20 };
  await write(null);
  await write(elsewhere);
  const told: UploadEvent[] = [];
  const onEvent = (event: UploadEvent): void => void told.push(event);
  await openState({ kafka, topics, settings: { ...settings, onEvent }, signal });
  assert.deepEqual(
    told.map((event) => [event.type, 'on' in event && event.on]),
    [
      ['waiting', 'kafka'],
      ['resumed', 'kafka'],
    ],
  );
});
