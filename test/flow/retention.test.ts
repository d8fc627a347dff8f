import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/cli/transfer.ts';
import { KeptFiles } from '../../src/files/send/kept-files.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

/** A topic of which a partition keeps 20,000 bytes, and 10,000 more with a segment. */
async function boundFlow(maxMessageBytes = 1024): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes });
  const kafka = flow.cluster.client();
  await flow.prepare(kafka);
  await kafka.close();
  flow.cluster.configure(flow.topic, { 'retention.bytes': '20000', 'segment.bytes': '10000' });
  return flow;
}

async function chunksOf(flow: Flow, name: string): Promise<number> {
  const records = await flow.records();
  return records.filter(({ decoded }) => decoded?.kind === 'chunk' && decoded.path === name).length;
}

test('A file that is larger than a partition keeps is refused with the figures, and the others go', async () => {
  const flow = await boundFlow();
  flow.source.write('film', noise(30_000));
  flow.source.write('photo', noise(19_000));
  flow.source.write('note', noise(10));
  const up = await flow.up({ packBelow: 500, compression: 'auto' });
  assert.deepEqual([up.files, up.failed, exitCodeOf(up)], [2, 1, 3]);
  const [told] = flow.told('not-sent');
  assert.deepEqual([told?.path, told?.again, flow.told('not-sent').length], ['film', false, 1]);
  assert.match(
    told!.reason,
    /30000 bytes.*20000.*retention\.bytes.*30000.*segment\.bytes.*--beyond-retention/,
  );
  assert.equal(await chunksOf(flow, 'film'), 0);
  assert.deepEqual((await flow.down()).failed, 0);
});

test('A file that all partitions share is held against what all of them keep', async () => {
  const flow = await boundFlow();
  flow.source.write('film', noise(50_000));
  flow.source.write('longer', noise(95_000));
  const up = await flow.up({ stripeAbove: 1000 });
  assert.deepEqual([up.files, up.failed], [1, 1]);
  const [told] = flow.told('not-sent');
  assert.equal(told?.path, 'longer');
  assert.match(told!.reason, /each of 3 partitions .* 31667 of its 95000 bytes.*retention\.bytes/);
  assert.deepEqual([(await flow.down()).failed, flow.received().film], [0, flow.sent().film]);
});

test('What is said to be sent all the same is sent, with a warning', async () => {
  const flow = await boundFlow();
  flow.source.write('film', noise(30_000));
  const up = await flow.up({ beyondRetention: true });
  assert.deepEqual([up.files, up.failed], [1, 0]);
  assert.match(flow.told('warning')[0]!.message, /^film: .*30000/);
});

test('What compression may make as small is sent with a warning; where nothing is compressed it is refused', async () => {
  for (const [compression, failed] of [
    ['auto', 0],
    ['zstd', 0],
    ['none', 1],
  ] as const) {
    const flow = await boundFlow();
    flow.source.write('log', Buffer.alloc(50_000, 'the same line\n'));
    // Holes in a part of it are enough.
    flow.source.write('image', Buffer.concat([noise(25_000), Buffer.alloc(70_000), noise(25_000)]));
    const up = await flow.up({ compression });
    assert.equal(up.failed, 2 * failed, compression);
    assert.equal(flow.told('warning').length, failed === 0 ? 2 : 0, compression);
  }
});

test('Between what is kept for certain and what is lost for certain there is a warning', async () => {
  const flow = await boundFlow();
  flow.source.write('film', noise(29_999));
  const up = await flow.up();
  assert.deepEqual([up.files, up.failed, flow.told('warning').length], [1, 0, 1]);
});

test('At a bandwidth at which it takes longer than records are kept there is a warning', async () => {
  const flow = await boundFlow();
  flow.cluster.configure(flow.topic, { 'retention.bytes': '-1', 'retention.ms': '1000' });
  flow.source.write('film', noise(30_000));
  const up = await flow.up({ bandwidth: () => 20_000 });
  assert.deepEqual([up.files, up.failed], [1, 0]);
  assert.match(flow.told('warning')[0]!.message, /^film: .*retention\.ms/);
});

test('Where the configuration may not be read all is sent, and small files are not worth a word', async () => {
  const flow = await boundFlow(4096);
  for (const name of ['one', 'two']) flow.source.write(name, noise(40_000));
  const kafka = flow.cluster.client({ denied: ['describe-configs'] });
  const up = await flow.up({}, { kafka });
  assert.deepEqual([up.files, up.failed, flow.told('warning').length], [2, 0, 0]);
});

test('A file whose first records are removed while it is sent is given up and named', async () => {
  const flow = await boundFlow();
  flow.source.write('film', noise(29_000));
  flow.source.write('note', noise(3000));
  const remove = async () => {
    for (let partition = 0; partition < 3; partition++) flow.cluster.deleteRecords(flow.topic, partition, 5);
  };
  const source = faultySource(flow.source, once('read', remove, 20_000));
  const up = await flow.up({ bufferBytes: 2048, compression: 'none' }, { source });
  assert.deepEqual([up.files, up.failed], [1, 1]);
  assert.match(
    flow.told('not-sent').at(-1)!.reason,
    /its first record, at offset \d+ .*retention\.bytes=20000/,
  );
  const down = await flow.down();
  assert.deepEqual([flow.told('aborted').map(({ path }) => path), down.open], [['film'], 0]);
});

test('What was removed is seen by the look at the topic, whatever the size', async () => {
  const flow = await boundFlow();
  const kafka = flow.cluster.client();
  const topic = (await kafka.describeTopic(flow.topic))!;
  const more = { compression: 'none', bandwidth: () => undefined, warn: () => {} } as const;
  for (const beyond of [false, true]) {
    const kept = new KeptFiles({ kafka, source: flow.source, topic, beyond, ...more });
    const producer = kafka.producer();
    for (let count = 0; count < 3; count++)
      await producer.append(flow.topic, 0, { key: null, value: noise(10), headers: [] });
    flow.cluster.deleteRecords(flow.topic, 0, 2);
    assert.equal(kept.lostRecord(0, 1), undefined);
    await kept.look(topic);
    assert.equal(kept.lostRecord(0, 1) === undefined, beyond);
    assert.equal(kept.lostRecord(0, 2), undefined);
    assert.equal(kept.lostRecord(0, undefined), undefined);
  }
  await kafka.close();
});
