import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { Cluster } from '../../src/kafka/cluster/cluster.ts';
import { control, ownPurpose } from '../../src/kafka/cluster/link-purpose.ts';
import { Links } from '../../src/kafka/cluster/links.ts';
import { StatusReporter } from '../../src/kafka/cluster/status.ts';
import { negotiate } from '../../src/kafka/cluster/versions.ts';
import type { Consumer } from '../../src/kafka/contract.ts';
import { silentLogger } from '../../src/log.ts';
import { Traffic } from '../faults/traffic.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { listener } from '../support/listener.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const nothingWrong = { lost: 0, twice: 0, outOfOrder: 0, misplaced: 0, misread: 0, refused: 0 };

/** A broker that is reached through a proxy alone. */
async function proxied(t: TestContext): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(t);
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  return proxy;
}

/** What stands behind a client, with these ports of 127.0.0.1 to begin with. */
function newCluster(t: TestContext, ports: readonly number[], requestTimeout: number): Cluster {
  const cluster = new Cluster({
    bootstrap: ports.map((port) => ({ host: '127.0.0.1', port })),
    clientId: 'sluice',
    rack: undefined,
    requestTimeout,
    tls: undefined,
    authenticate: undefined,
    giveUpAfter: undefined,
    logger: silentLogger,
    onStatus: () => {},
  });
  t.after(() => cluster.close());
  return cluster;
}

/** Lets numbered records flow while `spoil` is at work, which ends what it began; nothing may come of it. */
async function surviving(
  t: TestContext,
  proxy: FaultProxy,
  spoil: (progress: (count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const properties = { 'bootstrap.servers': `127.0.0.1:${proxy.port}`, 'request.timeout.ms': '1000' };
  const [writer, reader] = [createKafka({ properties }), createKafka({ properties })];
  t.after(() => Promise.all([writer.close(), reader.close()]));
  const topic = uniqueTopic();
  await writer.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
  const traffic = new Traffic(writer, reader, { topic, partitions: 2, size: 3000, interval: 2 });
  t.after(() => traffic.abandon());
  await spoil((count) => traffic.progress(count));
  proxy.faults = {};
  const { acknowledged, longestStall, ...wrong } = await traffic.finish();
  assert.ok(acknowledged > 0 && longestStall > 0);
  assert.deepEqual(wrong, nothingWrong);
}

test('A bad network costs time, never records', async (t) => {
  const proxy = await proxied(t);

  await t.test('Connections that are reset at any byte', async (t) => {
    // Enough for the largest request, or nothing would ever arrive.
    const resetAfter = () => Math.floor(Math.random() * 1_500_000);
    await surviving(t, proxy, async (progress) => {
      proxy.faults = { resetAfter };
      proxy.cut();
      await waitFor(() => proxy.resets >= 20, { timeout: 60_000, what: '20 resets' });
      await progress(50);
    });
  });

  await t.test('Bytes in slices', async (t) => {
    proxy.faults = { slice: 7 };
    await surviving(t, proxy, (progress) => progress(500));
  });

  await t.test('A slow way', async (t) => {
    proxy.faults = { latency: 150 };
    await surviving(t, proxy, (progress) => progress(200));
  });

  await t.test('A way so slow that one record takes longer than the time-out', async (t) => {
    const properties = { 'bootstrap.servers': `127.0.0.1:${proxy.port}`, 'request.timeout.ms': '500' };
    const kafka = createKafka({ properties });
    t.after(() => kafka.close());
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    proxy.faults = { bytesPerSecond: 400_000 };
    proxy.cut();
    const producer = kafka.producer();
    const value = Buffer.alloc(400_000, 'x');
    const appended = await Promise.all([1, 2].map(() => producer.append(topic, 0, { value })));
    assert.deepEqual(
      appended.map(({ offset }) => offset),
      [0, 1],
    );
    const until = await kafka.offsets(topic, 'latest');
    assert.deepEqual(until, new Map([[0, 2]]));
    let bytes = 0;
    for await (const { records, release } of kafka.consumer({ topic, from: new Map([[0, 0]]), until })) {
      for (const record of records) bytes += record.value?.byteLength ?? 0;
      release();
    }
    assert.equal(bytes, 800_000);
    proxy.faults = {};
  });

  await t.test('A bit that is turned over on its way', async (t) => {
    const properties = { 'bootstrap.servers': `127.0.0.1:${proxy.port}` };
    const kafka = createKafka({ properties });
    t.after(() => kafka.close());
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const values = [1, 2, 3].map((fill) => Buffer.alloc(500_000, fill));
    for (const value of values) await kafka.producer().append(topic, 0, { value });
    const read = async (consumer: Consumer) => {
      const found: Buffer[] = [];
      for await (const { records, release } of consumer) {
        for (const { value } of records) found.push(Buffer.from(value!));
        release();
      }
      return found;
    };
    const from = new Map([[0, 0]]);
    const until = new Map([[0, 3]]);

    proxy.faults = { flipAt: 700_000 };
    assert.deepEqual(await read(kafka.consumer({ topic, from, until })), values);
    assert.equal(proxy.flips, 1, 'the connection stayed, and what was asked for again came whole');

    proxy.faults = {};
  });

  await t.test('A network that is cut', async (t) => {
    await surviving(t, proxy, async (progress) => {
      await progress(100);
      proxy.refuse(true);
      // Both clients have tried again, more than once.
      const tried = proxy.refused;
      await waitFor(() => proxy.refused >= tried + 8, { timeout: 60_000, what: 'connections to refuse' });
      proxy.refuse(false);
      await progress(300);
    });
  });

  await t.test('Connections that stay open and carry nothing any more', async (t) => {
    await surviving(t, proxy, async (progress) => {
      await progress(100);
      proxy.freeze();
      await progress(300);
    });
  });

  for (const [what, serve] of [
    ['was silent', () => {}],
    ['hung up', (socket: Socket) => socket.resetAndDestroy()],
  ] as const) {
    await t.test(`A broker that ${what} is asked after all others`, async (t) => {
      let accepted = 0;
      const { port } = await listener(t, (socket) => {
        accepted += 1;
        serve(socket);
      });
      const cluster = newCluster(t, [port, proxy.port], 200);
      const anew = async () => {
        const { connection } = await cluster.anyLink();
        connection.close();
        await connection.closed;
      };
      // Chance decides who is asked first, until one has been found so.
      while (accepted === 0) await anew();
      for (let round = 0; round < 30; round += 1) await anew();
      assert.equal(accepted, 1);
    });
  }

  await t.test(
    'One that stands still takes those for small requests to the same broker with it',
    async (t) => {
      const cluster = newCluster(t, [proxy.port], 500);
      const { brokers } = await cluster.metadata(null);
      const idle = await cluster.anyLink();
      const busy = await cluster.link(brokers[0]!.nodeId, ownPurpose('fetch'));
      proxy.freeze();
      await assert.rejects(negotiate(busy.connection, 'the broker'), /no answer/);
      // Nothing was asked on it, so its own silence would never have been noticed.
      assert.match((await idle.connection.closed).message, /another connection to this broker stood still/);
    },
  );

  await t.test('A name is as good as the best of its addresses', async (t) => {
    const dropped = new Set<string>();
    // Each takes connections and hangs up.
    const useless = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];
    for (const host of useless) {
      const drop = (socket: Socket) => {
        dropped.add(host);
        socket.resetAndDestroy();
      };
      await listener(t, drop, { host, port: proxy.port });
    }
    const ending = new AbortController();
    t.after(() => ending.abort());
    const links = new Links({
      clientId: 'sluice',
      tls: undefined,
      authenticate: undefined,
      logger: silentLogger,
      reporter: new StatusReporter(() => {}),
      lookup: async () => [...useless, '127.0.0.1'],
      signal: ending.signal,
    });
    const place = { address: { host: 'kafka.example.com', port: proxy.port }, broker: undefined };
    const { connection } = await links.to(place, control, 10_000);
    assert.ok(connection.isOpen);
    assert.equal(dropped.size, useless.length);
    dropped.clear();
    await links.to(place, ownPurpose('fetch'), 10_000);
    assert.equal(dropped.size, 0, 'what was of no use is tried last');
  });
});
