import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { Traffic } from '../faults/traffic.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A broker of the test's own, which may be broken, with traffic on a fresh topic. */
async function underTraffic(t: TestContext): Promise<{ broker: RunningBroker; traffic: Traffic }> {
  const broker = await startBroker({ dataDir: await temporaryFolder(t) });
  t.after(() => broker.stop());
  const properties = { 'bootstrap.servers': broker.bootstrapServers };
  const [writer, reader] = [createKafka({ properties }), createKafka({ properties })];
  t.after(() => Promise.all([writer.close(), reader.close()]));
  await writer.createTopic({ name: 'numbers', partitions: 3, replicationFactor: 1 });
  const traffic = new Traffic(writer, reader, {
    topic: 'numbers',
    partitions: 3,
    size: 20_000,
    interval: 1,
  });
  t.after(() => traffic.abandon());
  return { broker, traffic };
}

test('A broker that is stopped, or killed, and comes back loses and doubles nothing', async (t) => {
  const { broker, traffic } = await underTraffic(t);
  const node = broker.nodes[0]!;
  for (const end of ['stop', 'kill'] as const) {
    await traffic.progress(500);
    await node[end]();
    await node.start();
  }
  await traffic.progress(500);
  const { acknowledged, longestStall, ...wrong } = await traffic.finish();
  assert.ok(acknowledged >= 1500 && longestStall > 0);
  assert.deepEqual(wrong, { lost: 0, twice: 0, outOfOrder: 0, misplaced: 0, misread: 0, refused: 0 });
});
