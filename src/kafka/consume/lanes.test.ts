import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { metadataAnswer, versionsAnswer } from '../../../test/models/kafka/wire-answers.ts';
import { WireBroker } from '../../../test/models/kafka/wire-broker.ts';
import { type CutLine, startCutLine } from '../../../test/support/cut-line.ts';
import { silentLogger } from '../../log.ts';
import { Cluster } from '../cluster/cluster.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { ownPurpose } from '../cluster/link-purpose.ts';
import { LeftBehind } from '../cluster/prober.ts';
import { Api } from '../cluster/versions.ts';
import { Lanes } from './lanes.ts';

const first = 4;

/** Connections to a broker that is far away, of which the first stands. */
async function ground(
  t: TestContext,
): Promise<{ line: CutLine; broker: WireBroker; cluster: Cluster; lanes: Lanes }> {
  const line = await startCutLine(t);
  const topic = { topic: 'none', topicId: '00000000-0000-0000-0000-000000000000', code: 3, partitions: [] };
  const broker = await WireBroker.listen(async ({ apiKey }) => {
    await delay(30);
    if (apiKey !== Api.metadata) return versionsAnswer();
    return metadataAnswer({ brokers: [{ id: 1, port: line.port }], ...topic });
  });
  t.after(() => broker.close());
  line.target(broker.port);
  const cluster = new Cluster({
    bootstrap: [{ host: '127.0.0.1', port: line.port }],
    clientId: 'test',
    rack: undefined,
    requestTimeout: 30_000,
    tls: undefined,
    authenticate: undefined,
    giveUpAfter: 1000,
    logger: silentLogger,
    onStatus: () => {},
  });
  t.after(() => cluster.close());
  await cluster.metadata([]);
  const lanes = new Lanes(cluster, 1, ownPurpose('fetch'), { most: 8, first, deepBytes: 1 });
  const { connection } = await lanes.open(lanes.own);
  lanes.own.isBusy = true;
  await connection.exchange({ apiKey: Api.metadata, apiVersion: 12, pieces: [], hasTags: true });
  assert.equal(lanes.count, first);
  return { line, broker, cluster, lanes };
}

test('Where a broker takes no more connections, those that there are will do for a while', async (t) => {
  const { broker, lanes } = await ground(t);
  broker.isDead = true;
  await assert.rejects(lanes.open(lanes.free()!));
  assert.equal(lanes.count, 1);
});

test('A line that is cut says nothing of how many connections a broker takes', async (t) => {
  const { line, lanes } = await ground(t);
  await line.cut();
  await assert.rejects(lanes.open(lanes.free()!));
  assert.equal(lanes.count, first);
});

test('Nor does a connection that the cut left behind while it was greeted', async (t) => {
  const { cluster, lanes } = await ground(t);
  const cause = new LeftBehind('nothing came for 3 s, and another connection comes through');
  cluster.link = () => Promise.reject(new NetworkFailure('no connection to broker 1', { cause }));
  await assert.rejects(lanes.open(lanes.free()!));
  assert.equal(lanes.count, first);
});
