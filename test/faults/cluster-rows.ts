/** What administrators do to running traffic: quotas, partitions, limits, and another topic of the same name. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { KafkaError } from '../../src/kafka/contract.ts';
import { waitFor } from '../support/wait.ts';
import { type FaultRow, mixed, type Scene } from './row.ts';
import type { Traffic } from './traffic.ts';
import { hasPartitions } from './witness.ts';

function isKind(kind: KafkaError['kind']): (error: unknown) => boolean {
  return (error) => error instanceof KafkaError && error.kind === kind;
}

/** Numbers of the traffic on a recreated topic begin far above all that the old one can have seen. */
const secondLife = 10_000_000;
const lowered = 20_000;
/** Seconds within which a record that cannot fit must have been refused. */
const refusedWithin = 5;

/** Looks at the bytes that go to the brokers for each byte that is acknowledged: repetitions would raise them. */
async function throttled(
  { levers, clientId, proxies, traffic, say, blame }: Scene,
  bytesPerSecond: number,
  milliseconds: number,
): Promise<undefined> {
  const sent = () => proxies.reduce((sum, proxy) => sum + proxy.sent, 0);
  const sentBefore = sent();
  const bytesBefore = traffic.acknowledgedBytes;
  await levers.limitClient(clientId, bytesPerSecond);
  await delay(milliseconds);
  await levers.limitClient(clientId, undefined);
  await traffic.flows();
  const ratio = (sent() - sentBefore) / (traffic.acknowledgedBytes - bytesBefore);
  say(`${ratio.toFixed(2)} bytes sent for each that was acknowledged`);
  if (ratio > 1.3) blame('throttled requests were sent again');
  return undefined;
}

/** The old traffic must have been told what happened, by its producer and by its consumer. */
async function reported(old: Traffic): Promise<void> {
  const isTold = isKind('topic-recreated');
  const end = await Promise.race([
    old.readingEnded,
    delay(60_000, 'the reader was told nothing', { ref: false }),
  ]);
  assert.ok(isTold(end), `the reader must be told that the topic is another one, not: ${end}`);
  await waitFor(() => old.refusals.length > 0, { timeout: 60_000, what: "the producer's refusal" });
  for (const { error } of old.refusals) assert.ok(isTold(error), `not: ${error}`);
  assert.ok(old.isReadInOrder, 'what was read of the old topic is the beginning of what was acknowledged');
}

export const clusterRows: readonly FaultRow[] = [
  {
    name: 'quota throttling',
    what: 'Both clients are held to 100 kB/s at each broker for 40 s.',
    way: 'own proxy',
    traffic: mixed(25, 100_000),
    flowsWithin: 60,
    run: (scene) => throttled(scene, 100_000, 40_000),
  },
  {
    name: 'quota throttling longer than the time-out',
    what: 'The same at 50 kB/s with records of 1 MB; request.timeout.ms is 3 s, and answers stay away for longer.',
    way: 'own proxy',
    properties: { 'request.timeout.ms': '3000' },
    traffic: { ...mixed(10, 1_000_000), interval: 50 },
    flowsWithin: 60,
    run: (scene) => throttled(scene, 50_000, 40_000),
  },
  {
    name: 'partitions added',
    what: 'Half as many again; both sides find them by themselves.',
    way: 'direct',
    traffic: mixed(25, 100_000),
    async run({ levers, topic, partitions, traffic, witness }) {
      const more = Math.ceil(partitions * 1.5);
      await levers.partitions(topic, more);
      // The controller answers before the brokers know; one that does not refuses such a partition by contract.
      await waitFor(() => hasPartitions(witness, topic, more), {
        what: 'the new partitions at every broker',
      });
      traffic.widen(more);
      return undefined;
    },
  },
  {
    name: 'topic recreated',
    what: 'Deleted and created again under traffic. Producer and consumer must say so; new ones then begin at the new topic, which must hold nothing of the old traffic.',
    way: 'direct',
    traffic: { ...mixed(25, 100_000), isExpected: isKind('topic-recreated') },
    async run({ levers, topic, traffic, createTopic, startTraffic, say }) {
      await levers.deleteTopic(topic);
      await createTopic();
      await reported(traffic);
      await traffic.abandon();
      say(`the old topic's producer refused ${traffic.refusals.length} records as topic-recreated`);
      return startTraffic(secondLife);
    },
  },
  {
    name: 'message limit lowered',
    what: `To ${lowered} bytes under records of 2 kB, joined to batches, and of 60 kB; and raised again. The large ones must be refused within ${refusedWithin} s, all others go on.`,
    way: 'direct',
    traffic: { ...mixed(10, 60_000), isExpected: isKind('too-large') },
    async run({ levers, topic, traffic, say, blame }) {
      await levers.configure(topic, 'max.message.bytes', String(lowered));
      await waitFor(() => traffic.refusals.length >= 20, { timeout: 60_000, what: '20 refusals' });
      await traffic.progress(1000);
      await levers.configure(topic, 'max.message.bytes', '1048588');
      const slowest = Math.max(...traffic.refusals.map(({ waited }) => waited)) / 1000;
      say(`a refusal took ${slowest.toFixed(1)} s at most`);
      if (slowest > refusedWithin) blame(`a refusal took ${slowest.toFixed(1)} s`);
      for (const { number } of traffic.refusals) assert.equal(number % 10, 0, 'a small record was refused');
      return undefined;
    },
  },
];
