import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultyKafka } from '../../../test/support/faulty-kafka.ts';
import type { Kafka } from '../../kafka/contract.ts';
import { createMemoryCluster } from '../../kafka/memory.ts';
import { openLiveTopics } from '../topics.ts';
import { FencedError } from './claim.ts';
import { ClaimsTopic } from './claims-topic.ts';
import { freeClaim, HeldClaim } from './held-claim.ts';

async function take(kafka: Kafka, lasts = 60_000) {
  const { streams } = await openLiveTopics(kafka, 'live', { partitions: 1, replicationFactor: 1 });
  const common = {
    stream: 'cam',
    topic: new ClaimsTopic(kafka, streams, 'cam'),
    takeover: true,
    key: undefined,
    waiting: () => {},
    signal: new AbortController().signal,
    lasts,
  };
  const lost: unknown[] = [];
  const held = await HeldClaim.take({
    ...common,
    ...(await freeClaim(common)),
    base: { partition: 0, began: 0, targets: { part: 200_000, segment: 2_000_000 } },
    state: () => ({ media: 0, discontinuities: 0, offset: 0 }),
    lost: (error) => lost.push(error),
  });
  return { held, lost };
}

test('Whoever was cut off while its encoder began anew takes nothing back, and uses no epoch of another', async (t) => {
  const cluster = createMemoryCluster();
  let cutOff: PromiseWithResolvers<void> | undefined;
  const one = await take(faultyKafka(cluster.client(), () => cutOff?.promise));
  t.after(() => one.held.abandon());
  cutOff = Promise.withResolvers();
  // Twice, before Kafka has the first of them.
  const raised = [one.held.raise(), one.held.raise()];
  assert.equal(one.held.epoch, 3);
  const two = await take(cluster.client());
  t.after(() => two.held.abandon());
  assert.equal(two.held.epoch, 2);
  cutOff.resolve();
  for (const each of await Promise.allSettled(raised)) {
    assert.ok(each.status === 'rejected' && each.reason instanceof FencedError);
  }
  await two.held.raise();
  assert.deepEqual([one.lost.length, two.lost], [1, []]);
});

test('A claim that was cut off the topic is written again, and nobody waits for what stands there no more', async (t) => {
  const cluster = createMemoryCluster();
  const { held, lost } = await take(cluster.client());
  t.after(() => held.abandon());
  for (let turns = 1; turns <= 12; turns += 1) {
    const raised = held.raise();
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    cluster.cutLog('live.streams', 0, turns % 2);
    await raised;
  }
  assert.deepEqual(lost, []);
  assert.equal(held.epoch, 13);
});

test('The epoch of each encoder that begins anew is claimed, however quickly they follow', async (t) => {
  const { held, lost } = await take(createMemoryCluster().client());
  t.after(() => held.abandon());
  await Promise.all([held.raise(), held.raise(), held.raise(9)]);
  assert.equal(held.epoch, 9);
  assert.equal(held.confirm(), undefined);
  await held.release('ended');
  assert.deepEqual(lost, []);
});
