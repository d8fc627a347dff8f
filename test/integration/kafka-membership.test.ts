/** Membership of a consumer group by itself, without anybody who reads. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { Cluster } from '../../src/kafka/cluster/cluster.ts';
import { countDealt } from '../../src/kafka/group/dealt.ts';
import { Membership, type MembershipOptions } from '../../src/kafka/group/membership.ts';
import { parseAddress } from '../../src/kafka/settings.ts';
import { silentLogger } from '../../src/log.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { uniqueName, uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** A topic with one partition, and members of a group that reads it. */
async function stage(t: TestContext) {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const [topic, group] = [uniqueTopic(), uniqueName('group')];
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  const cluster = new Cluster({
    bootstrap: [parseAddress(bootstrapServers)],
    clientId: 'sluice',
    rack: undefined,
    requestTimeout: 5000,
    tls: undefined,
    authenticate: undefined,
    giveUpAfter: undefined,
    logger: silentLogger,
    onStatus: () => {},
  });
  t.after(() => cluster.close());
  const stop = new AbortController();
  const member = (options: Partial<MembershipOptions> = {}) => {
    const membership = new Membership({
      cluster,
      group,
      topic,
      instanceId: null,
      sessionTimeout: 6000,
      rebalanceTimeout: 6000,
      metadataMaxAge: 30_000,
      signal: stop.signal,
      changed: () => {},
      ...options,
    });
    t.after(() => membership.close());
    return membership;
  };
  const { addPartitions } = administrator(t, bootstrapServers);
  return {
    cluster,
    signal: stop.signal,
    member,
    addPartitions: (count: number) => addPartitions(topic, count),
  };
}

test('A member that was asleep with its machine waits for word of the group', async (t) => {
  const { member } = await stage(t);
  const membership = member();
  assert.deepEqual(await membership.join(), [0]);
  assert.equal(membership.isDoubtful, false);
  // The clock on the wall goes on, and the steady one does not.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 6000 });
  assert.equal(membership.isDoubtful, true);
  await waitFor(() => !membership.isDoubtful);
});

test('Who has seen doubt hears of its end, though the clock was set back meanwhile', async (t) => {
  const { member } = await stage(t);
  let changes = 0;
  const membership = member({
    changed: () => {
      changes += 1;
    },
  });
  await membership.join();
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 6000 });
  assert.equal(membership.isDoubtful, true);
  t.mock.timers.reset();
  assert.equal(membership.isDoubtful, false);
  const before = changes;
  await waitFor(() => changes > before);
});

test('A member that joins again and again leaves no more listeners behind than the first time', async (t) => {
  const { member, signal } = await stage(t);
  const membership = member();
  await membership.join();
  const listeners = () => getEventListeners(signal, 'abort').length;
  const first = listeners();
  for (let round = 0; round < 3; round += 1) await membership.join();
  assert.equal(listeners(), first);
});

test('Partitions that came while a static leader restarted are dealt out', async (t) => {
  const { member, addPartitions } = await stage(t);
  const options = { instanceId: 'one', metadataMaxAge: 200 };
  const before = member(options);
  assert.deepEqual(await before.join(), [0]);
  await before.close();
  await addPartitions(1);
  const after = member(options);
  assert.deepEqual(await after.join(), [0]);
  await waitFor(() => after.state === 'summoned');
  assert.deepEqual(await after.join(), [0, 1]);
});

test('A static leader that restarts and finds all partitions dealt out has nobody come for them', async (t) => {
  const { cluster, member } = await stage(t);
  const options = { instanceId: 'one', metadataMaxAge: 200 };
  const before = member(options);
  await before.join();
  await before.close();
  const after = member(options);
  assert.deepEqual(await after.join(), [0]);
  const looks = t.mock.method(cluster, 'refreshTopic').mock;
  await waitFor(() => looks.callCount() >= 3);
  assert.equal(after.state, 'in');
});

test('What is not known to be dealt out is dealt out again', async (t) => {
  const { cluster, member } = await stage(t);
  await member().join();
  const { connection } = await cluster.anyLink();
  const unknown = await countDealt(connection, uniqueName('group'), new Set(['a', 'b']));
  assert.deepEqual(
    [...unknown],
    [
      ['a', -1],
      ['b', -1],
    ],
  );
});
