/** How many connections carry records whose order is free: one to a broker that is near, several over a line that is long. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { differences, writeRandomFile } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type LineOptions, type SlowLine, startSlowLine } from '../support/slow-line.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

const near: LineOptions = { delay: 0, each: Number.POSITIVE_INFINITY };
const far: LineOptions = { delay: 40, each: 400_000 };

interface Ground {
  readonly broker: RunningBroker;
  readonly lines: Readonly<Record<'NEAR' | 'FAR', SlowLine>>;
}

async function ground(t: TestContext): Promise<Ground> {
  const lines = { NEAR: await startSlowLine(t, near), FAR: await startSlowLine(t, far) };
  const advertised = (line: SlowLine) => ({ protocol: 'PLAINTEXT', advertisedPorts: [line.port] });
  const broker = await startBroker({
    listeners: { NEAR: advertised(lines.NEAR), FAR: advertised(lines.FAR) },
  });
  t.after(() => broker.stop());
  for (const name of ['NEAR', 'FAR'] as const)
    lines[name].target = Number(broker.listeners[name]!.split(':')[1]);
  return { broker, lines };
}

function client(t: TestContext, bootstrap: string): Kafka {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
  t.after(() => kafka.close());
  return kafka;
}

/** Appends so many records; resolves with the offsets at which they are said to stand. */
async function produce(kafka: Kafka, topic: string, count: number, bytes: number): Promise<number[]> {
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const producer = kafka.producer({ connections: 8 });
  const value = Buffer.alloc(bytes);
  const places = Array.from({ length: count }, (_, index) =>
    producer.append(topic, 0, { key: Buffer.from(String(index)), value }, 'free'),
  );
  const offsets = (await Promise.all(places)).map(({ offset }) => offset);
  await producer.close();
  return offsets;
}

async function recordsOf(kafka: Kafka, topic: string): Promise<{ key: string; upload: string }[]> {
  const found: { key: string; upload: string }[] = [];
  const from = await kafka.offsets(topic, 'earliest');
  const until = await kafka.offsets(topic, 'latest');
  for await (const batch of kafka.consumer({ topic, from, until })) {
    for (const { key, headers } of batch.records) {
      const upload = headers.find(([name]) => name === 'upload')?.[1];
      found.push({ key: String(key), upload: String(upload) });
    }
    batch.release();
  }
  return found;
}

async function keysOf(kafka: Kafka, topic: string): Promise<string[]> {
  return (await recordsOf(kafka, topic)).map(({ key }) => key);
}

test('Lines near and far', async (t) => {
  const { broker, lines } = await ground(t);
  const witness = client(t, broker.bootstrapServers);

  await t.test('A broker that is near is written to over one connection', async (t) => {
    const topic = uniqueTopic('near');
    await produce(client(t, `127.0.0.1:${lines.NEAR.port}`), topic, 40, 1_000_000);
    assert.equal(lines.NEAR.carried(100_000), 1);
    const keys = await keysOf(witness, topic);
    assert.deepEqual(
      keys,
      keys.toSorted((a, b) => Number(a) - Number(b)),
    );
  });

  await t.test('A line of which each connection carries a little is used by several', async (t) => {
    const topic = uniqueTopic('far');
    const count = 100;
    const offsets = await produce(client(t, `127.0.0.1:${lines.FAR.port}`), topic, count, 64 * 1024);
    // How many is found by what they carry, and so by how busy this machine is; what they bring is measured by bench/wan.
    assert.ok(lines.FAR.carried(100_000) > 1);
    const keys = await keysOf(witness, topic);
    assert.equal(keys.length, count);
    for (const [index, offset] of offsets.entries()) assert.equal(keys[offset], String(index));
  });

  await t.test(
    'Files of several partitions are carried by several connections, where memory holds no more than is on its way',
    async (t) => {
      const [topic, folder] = [uniqueTopic('many'), await temporaryFolder(t)];
      for (const name of ['a', 'b', 'c', 'd']) await writeRandomFile(join(folder, name), 1.5e6);
      const before = lines.FAR.carried(100_000);
      const what = [
        'upload',
        '--from',
        folder,
        '--topic',
        topic,
        '--name',
        'shop',
        '--once',
        '--min-age',
        '0',
      ];
      const how = ['--partitions', '4', '--chunk-size', '64KiB', '--buffer-bytes', '1MiB'];
      const up = await runSluice([...what, ...how, '--bootstrap-servers', `127.0.0.1:${lines.FAR.port}`]);
      assert.equal(up.code, 0, up.stderr);
      assert.ok(lines.FAR.carried(100_000) - before > 1);
    },
  );

  await t.test('An uploader that is killed among several connections goes on where it was', async (t) => {
    const [topic, folder] = [uniqueTopic('killed'), await temporaryFolder(t)];
    const [source, sink] = [join(folder, 'source'), join(folder, 'sink')];
    const size = 5e6;
    await writeRandomFile(join(source, 'large.bin'), size);
    const what = ['upload', '--from', source, '--topic', topic, '--name', 'shop', '--once'];
    const up = [...what, '--min-age', '0', '--chunk-size', '64KiB'];
    const reach = ['--bootstrap-servers', `127.0.0.1:${lines.FAR.port}`];
    const before = lines.FAR.carried(100_000);
    const first = followSluice([...up, ...reach]);
    t.after(() => first.kill());
    await first.event(
      ({ type, bytesDone }) => type === 'progress' && Number(bytesDone) > size * 0.6,
      'most of it was there',
    );
    assert.ok(lines.FAR.carried(100_000) - before > 1, 'several connections carried it');
    first.kill();
    await first.ended;
    const again = followSluice([...up, ...reach]);
    t.after(() => again.kill());
    assert.equal((await again.ended).code, 0);
    const direct = ['--bootstrap-servers', broker.bootstrapServers];
    const down = await runSluice(['download', '--topic', topic, '--to', sink, '--once', ...direct]);
    assert.equal(down.code, 0, down.stderr);
    assert.equal(await differences(source, join(sink, 'shop')), '');
    const uploads = new Set((await recordsOf(witness, topic)).map(({ upload }) => upload));
    assert.equal(uploads.size, 1, 'the second run went on with what the first had begun');
  });
});

test('A broker that takes few connections of one address has all records through those', async (t) => {
  const line = await startSlowLine(t, far);
  const broker = await startBroker({
    listeners: { FAR: { protocol: 'PLAINTEXT', advertisedPorts: [line.port] } },
    properties: { 'max.connections.per.ip': '6' },
  });
  t.after(() => broker.stop());
  line.target = Number(broker.listeners.FAR!.split(':')[1]);
  // Eight sessions, and a connection for small requests, are more than it takes.
  const offsets = await produce(client(t, `127.0.0.1:${line.port}`), uniqueTopic('few'), 100, 64 * 1024);
  assert.equal(new Set(offsets).size, 100);
});
