/** A log that is cut and written on, as an unclean leader election leaves it: nobody reads over the cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { EpochRun, Kafka } from '../../src/kafka/contract.ts';
import { appendTexts } from '../contracts/kafka/ground.ts';
import { kcat } from '../support/kcat.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

interface Listing {
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly leader: number;
      readonly replicas: readonly { readonly id: number }[];
      readonly isrs: readonly { readonly id: number }[];
    }[];
  }[];
}

test('Readers are told that what they have read was cut off, though the log has grown past it since', async (t) => {
  const cluster = await startBroker({
    brokers: 3,
    heapMegabytes: 256,
    properties: { 'unclean.leader.election.enable': 'true', 'broker.session.timeout.ms': '3000' },
  });
  t.after(() => cluster.stop());
  const client = (): Kafka => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': cluster.bootstrapServers } });
    t.after(() => kafka.close());
    return kafka;
  };
  const topic = uniqueTopic();
  const owner = client();
  const config = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' };
  await owner.createTopic({ name: topic, partitions: 1, replicationFactor: 2, config });
  await appendTexts(owner.producer(), topic, 0, ['a']);
  const look = async () => {
    const listing = await kcat(['-b', cluster.bootstrapServers, '-L', '-J', '-t', topic]);
    return (JSON.parse(listing.toString()) as Listing).topics[0]!.partitions[0]!;
  };
  const { leader, replicas } = await look();
  const follower = replicas.find(({ id }) => id !== leader)!.id;
  const node = (id: number) => cluster.nodes[id - 1]!;

  await node(follower).kill();
  await waitFor(async () => (await look()).isrs.length === 1, { timeout: 60_000, interval: 500 });
  await appendTexts(owner.producer(), topic, 0, ['b', 'c']);
  const texts: string[] = [];
  const read: EpochRun[] = [];
  const reader = client();
  const onGap = () => assert.fail('retention has removed nothing');
  const reading = (async () => {
    for await (const { records, epochs, release } of reader.consumer({
      topic,
      from: new Map([[0, 0]]),
      onGap,
    })) {
      read.push(...epochs);
      for (const { value } of records) texts.push(Buffer.from(value!).toString());
      release();
    }
  })();
  reading.catch(() => {});
  const cuts: unknown[] = [];
  const all: string[] = [];
  const goingOn = client().consumer({ topic, from: new Map([[0, 0]]), onCut: (cut) => cuts.push(cut) });
  const going = (async () => {
    for await (const { records, release } of goingOn) {
      for (const { value } of records) all.push(Buffer.from(value!).toString());
      release();
      if (all.length === 6) break;
    }
  })();
  going.catch(() => {});
  await waitFor(() => texts.length === 3 && all.length === 3);

  await node(leader).kill();
  await node(follower).start();
  await waitFor(async () => (await look()).leader === follower, { timeout: 60_000, interval: 500 });
  await appendTexts(client().producer(), topic, 0, ['x', 'y', 'z']);
  await assert.rejects(reading, {
    name: 'KafkaError',
    kind: 'out-of-range',
    message: /was cut .* from offset 1 to 2 /,
  });
  assert.deepEqual(texts, ['a', 'b', 'c']);
  await going;
  assert.deepEqual(cuts, [{ partition: 0, at: 1, until: 3 }]);
  assert.deepEqual(all, ['a', 'b', 'c', 'x', 'y', 'z']);

  // Who was away meanwhile, and knows where he was and by which epochs, is told the same.
  const epochs = new Map([[0, read]]);
  assert.deepEqual([...(await client().agreement(topic, epochs))], [[0, 1]]);
  const late: unknown[] = [];
  const since = client().consumer({ topic, from: new Map([[0, 3]]), epochs, onCut: (cut) => late.push(cut) });
  for await (const { records, release } of since) {
    assert.equal(records[0]?.offset, 1);
    release();
    break;
  }
  assert.deepEqual(late, [{ partition: 0, at: 1, until: 3 }]);
});
