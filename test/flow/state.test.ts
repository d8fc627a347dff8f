import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { ConfigurationError } from '../../src/errors.ts';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import { thisBoot } from '../../src/files/state/boot.ts';
import { uploadFrom } from '../../src/files/upload.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { encodeFileState, encodeLease, type Lease, statePartition } from '../../src/records/state-record.ts';
import { craftedUpload } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

const stateTopic = 'files.state';

/** A flow whose uploader has sent three files. */
async function sentFlow(): Promise<Flow> {
  const flow = new Flow();
  for (const path of ['a', 'b']) flow.source.write(path, noise(3000));
  flow.source.write('small', noise(50));
  await flow.up({ packBelow: 100 });
  return flow;
}

test('State that was deleted is made anew from the topic, and nothing is sent again', async () => {
  const flow = await sentFlow();
  flow.source.write('new', noise(2000));
  flow.source.write('b', noise(1000));
  flow.cluster.deleteTopic(stateTopic);
  const up = await flow.up({ packBelow: 100 });
  assert.deepEqual([up.files, up.unchanged], [2, 2]);
  assert.match(flow.told('warning')[0]?.message ?? '', /files\.state does not know/);
  const after = await flow.up({ packBelow: 100 });
  assert.deepEqual([after.files, after.unchanged], [0, 4]);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('State that was deleted, and an uploader that is stopped while it compares: nothing is sent again', async () => {
  const flow = await sentFlow();
  flow.cluster.deleteTopic(stateTopic);
  const stop = new AbortController();
  let reads = 0;
  const source = faultySource(flow.source, ({ method }) => {
    if (method === 'read' && ++reads === 2) stop.abort();
  });
  const first = await flow.up({ packBelow: 100, parallel: 1, signal: stop.signal }, { source });
  const second = await flow.up({ packBelow: 100 });
  assert.deepEqual([first.files, second.files], [0, 0]);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('State that was deleted, with another uploader first at the new one: nothing is sent again', async () => {
  const flow = await sentFlow();
  flow.cluster.deleteTopic(stateTopic);
  // One whose records stand in the same partition.
  const others = Array.from({ length: 100 }, (_, index) => `other${index}`);
  const name = others.find((other) => statePartition(other, 8) === statePartition(flow.uploader, 8))!;
  await flow.up({ name });
  const up = await flow.up({ packBelow: 100 });
  assert.deepEqual([up.files, up.unchanged], [0, 3]);
});

test('A new uploader on a topic that is full of others does not read it', async () => {
  const flow = await sentFlow();
  const records = (await flow.records()).length;
  assert.ok(records > 5);
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']) {
    await flow.up({ name, packBelow: 100 });
  }
  assert.deepEqual(flow.told('warning'), []);
});

test('A version that was sent by hand is known to a state made anew', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(3000), { mtime: '1700000000000000000' });
  const records = craftedUpload({ path: 'a', bytes: flow.source.bytes('a') });
  await flow.append(records.map((record) => ({ partition: 1, record })));
  const up = await flow.up();
  assert.deepEqual([up.files, up.unchanged], [0, 1]);
});

/** Appends a record to the partition of the flow's uploader. */
async function appendState(flow: Flow, record: ReturnType<typeof encodeLease>): Promise<void> {
  const kafka = flow.cluster.client();
  const { partitions } = (await kafka.describeTopic(stateTopic))!;
  await kafka.producer().append(stateTopic, statePartition(flow.uploader, partitions), record);
  await kafka.close();
}

test('Damaged state is refused with its place and the way out, and only by its own uploader', async () => {
  const flow = await sentFlow();
  await appendState(flow, { key: Buffer.from('shop/a'), value: Buffer.from('{"v":1}') });
  await assert.rejects(flow.up(), (error) => {
    return (
      error instanceof Error &&
      /files\.state, partition \d+, offset \d+.*sluice state rebuild/.test(error.message)
    );
  });
  const other = new Flow();
  other.source.write('x', noise(10));
  await other.up();
  await appendState(other, { key: Buffer.from('somebody/a'), value: Buffer.from('{"v":1}') });
  await appendState(other, { key: Buffer.from([0xff]), value: Buffer.from('x') });
  assert.equal((await other.up()).unchanged, 1);
});

test('State of a topic that was made anew is refused until --resend', async () => {
  const flow = await sentFlow();
  flow.cluster.deleteTopic(flow.topic);
  await assert.rejects(flow.up(), /deleted and made anew.*--resend/);
  assert.equal((await flow.up({ resend: true })).files, 3);
  assert.equal((await flow.up()).unchanged, 3);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('After --resend a file that is gone from the source does not stand for the topic that is gone', async () => {
  const flow = await sentFlow();
  flow.cluster.deleteTopic(flow.topic);
  flow.source.remove('a');
  assert.equal((await flow.up({ resend: true })).files, 2);
  assert.equal((await flow.up()).unchanged, 2);
  flow.source.write('a', noise(100));
  assert.equal((await flow.up()).files, 1);
});

test('What an uploader sent while another waited for its lease is not sent again', async () => {
  const flow = await sentFlow();
  await appendState(flow, encodeLease(flow.uploader, elsewhere));
  flow.source.write('later', noise(10));
  const look = (await flow.source.look('later'))!;
  const { path: _path, mode: _mode, ...fingerprint } = look;
  const waiting = flow.up();
  await waitFor(() => flow.told('waiting').length > 0);
  const known = (await flow.records(stateTopic)).findLast(({ key }) => String(key) === 'shop/a');
  const state = { ...JSON.parse(String(known?.value)), fingerprint };
  await appendState(flow, encodeFileState(flow.uploader, 'later', state));
  await appendState(flow, encodeLease(flow.uploader, null));
  const up = await waiting;
  assert.deepEqual([up.files, up.unchanged], [0, 4]);
});

test('A state topic that somebody else made says nothing of its beginning: the first uploader says it for all', async () => {
  const flow = new Flow();
  const kafka = flow.cluster.client();
  const config = { 'cleanup.policy': 'compact' };
  await kafka.createTopic({ name: stateTopic, partitions: 1, replicationFactor: 1, config });
  const records = craftedUpload({ path: 'a', bytes: noise(700) });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  flow.source.write('a', noise(10));
  for (const name of ['one', 'two', 'three']) await flow.up({ name });
  assert.equal(flow.told('warning').length, 3);
  const origins = (await flow.records(stateTopic)).filter(({ key }) => String(key) === '/');
  assert.equal(origins.length, 1);
});

test('Topics that cannot serve as they are set are refused before any is made', async () => {
  const refused = async (
    set: (kafka: Kafka) => Promise<unknown>,
    options: Partial<UploadOptions>,
    message: RegExp,
  ) => {
    const flow = new Flow();
    flow.source.write('a', noise(2000));
    const kafka = flow.cluster.client();
    await set(kafka);
    const before = await kafka.listTopics();
    const up = uploadFrom(kafka, flow.source, {
      kafka: {},
      topic: flow.topic,
      from: '',
      name: flow.uploader,
      once: true,
      ...options,
    });
    await assert.rejects(up, (error) => error instanceof ConfigurationError && message.test(error.message));
    assert.deepEqual(await kafka.listTopics(), before);
  };
  const topic =
    (name: string, config: Record<string, string> = {}) =>
    async (kafka: Kafka) =>
      kafka.createTopic({ name, partitions: 1, replicationFactor: 1, config });
  for (const policy of ['compact', 'compact,delete']) {
    await refused(
      topic('files', { 'cleanup.policy': policy }),
      {},
      /topic files has cleanup\.policy=compact.*delete/,
    );
    await refused(topic('files', { 'cleanup.policy': policy }), { dryRun: true }, /topic files has/);
  }
  for (const policy of ['delete', 'compact,delete'])
    await refused(
      topic(stateTopic, { 'cleanup.policy': policy }),
      {},
      /files\.state has cleanup\.policy=.*set it to compact/,
    );
  const small = topic('files', { 'max.message.bytes': '2000' });
  await refused(small, { chunkSize: 5000 }, /--chunk-size 5000 does not fit/);
});

test('State is one record a file after compaction, however often the file was sent', async () => {
  const flow = new Flow();
  for (let version = 0; version < 5; version++) {
    flow.source.write('a', noise(2000));
    await flow.up();
  }
  flow.cluster.compact(stateTopic);
  const keys = (await flow.records(stateTopic)).map(({ key }) => String(key)).filter((key) => key !== '/');
  assert.deepEqual(keys.toSorted(), ['shop', 'shop/', 'shop/a']);
});

const elsewhere: Lease = { topic: 't', owner: 'other', host: 'elsewhere', pid: 1, lasts: 30_000 };

test('A second uploader of a name is refused while the first lives', async () => {
  const flow = await sentFlow();
  await appendState(flow, encodeLease(flow.uploader, elsewhere));
  const second = assert.rejects(
    flow.up(),
    /"shop" is running on elsewhere \(process 1\): stop it, or choose another --name/,
  );
  await waitFor(() => flow.told('waiting').length > 0);
  await appendState(flow, encodeLease(flow.uploader, elsewhere));
  await second;
});

test('A second uploader of a name takes over when the lease ends, or is given back', async () => {
  const flow = await sentFlow();
  await appendState(flow, encodeLease(flow.uploader, { ...elsewhere, lasts: 200 }));
  assert.equal((await flow.up()).unchanged, 3);
  await appendState(flow, encodeLease(flow.uploader, elsewhere));
  const second = flow.up();
  await waitFor(() => flow.told('waiting').length > 1);
  await appendState(flow, encodeLease(flow.uploader, null));
  assert.equal((await second).unchanged, 3);
});

test('Two uploaders of one name in one process: the second is refused', async () => {
  const flow = await sentFlow();
  flow.source.write('long', noise(20_000));
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const source = faultySource(
    flow.source,
    once('read', () => {
      begun.resolve();
      return goOn.promise;
    }),
  );
  const first = flow.up({ signal: stop.signal }, { source });
  await begun.promise;
  const second = assert.rejects(flow.up(), /is running on/);
  await second.finally(() => goOn.resolve());
  assert.equal((await first).files, 1);
});

test('An uploader that is gone from this host holds nobody up', async () => {
  const flow = await sentFlow();
  // No process has this number: it is above what any system gives.
  const here = { ...elsewhere, host: hostname(), pid: 2 ** 30, boot: thisBoot! };
  await appendState(flow, encodeLease(flow.uploader, here));
  assert.equal((await flow.up()).unchanged, 3);
  assert.deepEqual(flow.told('waiting'), []);
});

test('A clock that stepped back a day loses no version', async (t) => {
  const flow = new Flow();
  flow.source.write('a', noise(2000));
  flow.source.write('b', noise(2000));
  await flow.up();
  const yesterday = Date.now() - 86_400_000;
  t.mock.timers.enable({ apis: ['Date'], now: yesterday });
  flow.source.write('a', noise(2000));
  const changing = faultySource(
    flow.source,
    once('read', ({ name }) => flow.source.write(name, noise(2100)), 1000),
  );
  await flow.up({}, { source: changing });
  flow.source.write('b', noise(2200));
  await flow.up({ resend: true });
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('State of a file that was forgotten by hand', async () => {
  const flow = await sentFlow();
  await appendState(flow, encodeFileState(flow.uploader, 'a', null));
  const up = await flow.up({ packBelow: 100 });
  assert.deepEqual([up.files, up.unchanged], [1, 2]);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});
