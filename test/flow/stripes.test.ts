/** Large files whose chunks stand in all partitions: whole at every receiver, whatever reads which partitions, and named where a part of them is gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncompleteError } from '../../src/errors.ts';
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import { stateTopicOf } from '../../src/files/shared/topics.ts';
import { verifyFrom } from '../../src/files/verify.ts';
import { MemoryBucket, MemoryBucketSink } from '../../src/stores/memory/bucket.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { encryptedFlow } from '../support/encrypted-flow.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, md5, noise, sha256 } from '../support/flow.ts';
import { GroupFlow } from '../support/group-flow.ts';

const striped = { stripeAbove: 10_000 } as const;

/** The partitions that have chunks of a file, and those with its closing record. */
async function placesOf(flow: Flow, path: string) {
  const records = await flow.records();
  const of = (kind: 'chunk' | 'close') => [
    ...new Set(
      records.flatMap(({ decoded, partition }) =>
        decoded?.kind === kind && decoded.path === path ? [partition] : [],
      ),
    ),
  ];
  return { chunks: of('chunk').toSorted(), closes: of('close') };
}

async function catOf(flow: Flow, path: string, follow = false): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of catFrom(flow.cluster.client(), {
    kafka: {},
    topic: flow.topic,
    file: `${flow.uploader}/${path}`,
    follow,
  }))
    pieces.push(Uint8Array.from(piece));
  return sha256(Buffer.concat(pieces));
}

test('A large file stands in all partitions, a small one in one, and both arrive', async () => {
  const flow = new Flow();
  flow.source.write('large', noise(50_000));
  flow.source.write('small', noise(9000));
  await flow.up(striped);
  assert.deepEqual((await placesOf(flow, 'large')).chunks, [0, 1, 2]);
  assert.equal((await placesOf(flow, 'large')).closes.length, 1);
  assert.equal((await placesOf(flow, 'small')).chunks.length, 1);
  const { files, failed, open } = await flow.down();
  assert.deepEqual([files, failed, open], [2, 0, 0]);
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  // The whole topic once more: nothing is written.
  const before = flow.inodes();
  assert.equal((await flow.down({ reset: true })).files, 0);
  assert.deepEqual(flow.inodes(), before);
  assert.equal((await flow.up(striped)).files, 0);
});

test('Without the option nothing is striped', async () => {
  const flow = new Flow();
  flow.source.write('large', noise(50_000));
  await flow.up();
  assert.equal((await placesOf(flow, 'large')).chunks.length, 1);
});

test('A sink that takes bytes in order has all of them', async () => {
  const flow = new Flow();
  flow.source.write('large', noise(300_000));
  await flow.up(striped);
  const bucket = new MemoryBucket();
  const { files, failed } = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([files, failed], [1, 0]);
});

for (const partition of [0, 1, 2]) {
  test(`What is gone of partition ${partition} is named, and nothing else fails`, async () => {
    const flow = new Flow();
    flow.source.write('large', noise(50_000));
    await flow.up(striped);
    flow.source.write('other', noise(500));
    await flow.up(striped);
    const { closes } = await placesOf(flow, 'large');
    const records = (await flow.records()).filter((record) => record.partition === partition);
    const half = records[Math.floor(records.length / 2)]!.offset;
    flow.cluster.deleteRecords(flow.topic, partition, half);
    const [listed] = (await listOf(flow)).filter(({ path }) => path === 'large');
    assert.equal(listed?.state, 'incomplete');
    assert.ok((listed?.missing?.length ?? 0) > 0, 'the list says which bytes are missing');
    await assert.rejects(catOf(flow, 'large'), IncompleteError);
    const { files, failed } = await flow.down();
    assert.deepEqual([files, failed], [1, 1], `the closing record is in ${closes[0]}`);
    assert.deepEqual(
      flow.told('failed').map(({ path, reason }) => [path, reason]),
      [['large', 'missing-data']],
    );
  });
}

async function listOf(flow: Flow) {
  return listFrom(flow.cluster.client(), { kafka: {}, topic: flow.topic });
}

for (const isRebuilt of [false, true]) {
  test(`list, cat and verify know it${isRebuilt ? ' without the state topic' : ''}`, async () => {
    const flow = new Flow();
    flow.source.write('large', noise(200_000));
    await flow.up(striped);
    await flow.down();
    if (isRebuilt) flow.cluster.deleteTopic(stateTopicOf(flow.topic));
    const [listed] = await listOf(flow);
    assert.deepEqual([listed?.path, listed?.state], ['large', 'complete']);
    assert.equal(await catOf(flow, 'large'), flow.sent(sha256).large);
    if (isRebuilt) assert.equal((await flow.up(striped)).files, 0, 'it is known from the topic');
    assert.equal(await catOf(flow, 'large'), flow.sent(sha256).large);
    const sink = new MemorySource();
    sink.write('shop/large', flow.source.bytes('large'));
    const asked = { kafka: {}, topic: flow.topic };
    const found = await Array.fromAsync(verifyFrom(flow.cluster.client(), sink, 'posix', asked));
    assert.deepEqual(
      found.map(({ result }) => result),
      ['right'],
    );
  });
}

test('A copy of it is sent whole', async () => {
  const flow = new Flow();
  const bytes = noise(50_000);
  flow.source.write('a', bytes);
  await flow.up({ ...striped, notTwice: 'always' });
  flow.source.write('b', bytes);
  await flow.up({ ...striped, notTwice: 'always' });
  await flow.down();
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  assert.equal((await flow.records()).filter(({ decoded }) => decoded?.kind === 'copy').length, 0);
});

test('Encrypted, it is striped too', async (t) => {
  const { flow, anna } = await encryptedFlow(t);
  flow.source.write('large', noise(60_000));
  await flow.up({ ...striped, encryptTo: [anna.recipient] });
  const partitions = (await flow.records()).filter(({ headers }) =>
    headers.some(([name]) => name === 'home'),
  );
  assert.deepEqual([...new Set(partitions.map(({ partition }) => partition))].toSorted(), [0, 1, 2]);
  const { files, failed } = await flow.down({ identity: [anna.file] });
  assert.deepEqual([files, failed], [1, 0]);
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
});

test('Members of a group have each file once', async (t) => {
  const ground = new GroupFlow(t);
  for (let n = 0; n < 4; n++) ground.flow.source.write(`large ${n}`, noise(40_000 + n));
  for (let n = 0; n < 12; n++) ground.flow.source.write(`small ${n}`, noise(700));
  await ground.flow.up(striped);
  assert.deepEqual((await placesOf(ground.flow, 'large 0')).chunks, [0, 1, 2, 3]);
  const members = ['a', 'b'].map((name) => ground.member(name).start({ once: true }));
  const summaries = await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  assert.deepEqual(
    summaries.map((one) => [one?.failed, one?.open]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.ok(Object.values(ground.writes()).every((count) => count === 1));
});

test('A member that dies amid a striped file is taken over, and the file written once', async (t) => {
  const ground = new GroupFlow(t);
  ground.flow.source.write('large', noise(60_000));
  await ground.flow.up(striped);
  const dead = ground.member('dead');
  const frozen = dead.freezeAt(
    (request) => request.startsWith('part shop/') || request.startsWith('put shop/'),
  );
  dead.start();
  await frozen;
  const members = ['b', 'c'].map((name) => ground.member(name).start({ once: true }));
  await Promise.all(members.map(({ ended }) => ended));
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  assert.deepEqual(ground.writes(), { large: 1 });
});

test('In a group too, what is gone of a stripe is named by one member', async (t) => {
  const ground = new GroupFlow(t);
  const { flow } = ground;
  flow.source.write('large', noise(60_000));
  await flow.up(striped);
  const [home] = (await placesOf(flow, 'large')).closes;
  flow.cluster.deleteRecords(flow.topic, (home! + 1) % 4, 3);
  const members = ['a', 'b'].map((name) => ground.member(name).start({ once: true }));
  await Promise.all(members.map(({ ended }) => ended));
  const failed = members.flatMap(({ events }) =>
    events.flatMap((one) => (one.type === 'failed' ? [one.path] : [])),
  );
  assert.deepEqual(failed, ['large']);
  assert.deepEqual(ground.received(md5), {});
});

test('Stopped amid its stripes, the uploader goes on, sends nothing twice, and keeps them', async () => {
  const flow = new Flow();
  flow.source.write('large', noise(50_000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 20_000),
  );
  const first = await flow.up({ ...striped, signal: stop.signal, bufferBytes: 4096 }, { source });
  assert.deepEqual([first.interrupted, first.files], [true, 0]);
  const half = await flow.down();
  assert.deepEqual([half.files, half.open], [0, 1]);
  await assert.rejects(catOf(flow, 'large', true), /striped/);
  const second = await flow.up();
  assert.equal(first.wireBytes + second.wireBytes, 50_000);
  assert.deepEqual((await placesOf(flow, 'large')).chunks, [0, 1, 2]);
  assert.equal(await catOf(flow, 'large'), flow.sent(sha256).large);
  const rest = await flow.down();
  assert.deepEqual([rest.files, rest.open, flow.disk.parts.size], [1, 0, 0]);
  assert.ok(rest.wireBytes < 35_000);
  assert.deepEqual(flow.received(), flow.sent());
});

test('While something may be urgent its partition is kept free of stripes', async () => {
  const flow = new Flow();
  flow.source.write('large', noise(50_000));
  flow.source.write('alarm', noise(50_000));
  await flow.up({ ...striped, first: ['alarm'] });
  assert.deepEqual((await placesOf(flow, 'large')).chunks, [0, 1]);
  assert.deepEqual((await placesOf(flow, 'alarm')).chunks, [2], 'what is urgent is not striped');
  await flow.down();
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
});

for (const isBegunStriped of [true, false]) {
  test(`A large file of which the version before was ${isBegunStriped ? 'striped is striped again' : 'not striped is sent as a delta'}`, async () => {
    const flow = new Flow({ maxMessageBytes: 1_048_588 });
    const options = { delta: true, stripeAbove: 1_000_000 };
    const bytes = noise(3_000_000);
    flow.source.write('film', bytes);
    await flow.up(isBegunStriped ? options : { delta: true });
    await flow.down();
    flow.source.write('film', Buffer.concat([bytes, noise(2000)]));
    const { wireBytes } = await flow.up(options);
    const deltas = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'delta');
    assert.equal(deltas.length, isBegunStriped ? 0 : 1);
    assert.equal(wireBytes > 3_000_000, isBegunStriped, `${wireBytes} bytes`);
    // A sink that has the version before, and one that has nothing.
    for (const name of ['desk', 'new']) {
      await flow.down({ name }, name === 'new' ? { sink: new MemorySink(new MemoryDisk()) } : {});
      assert.equal(flow.told('failed').length, 0);
    }
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
    assert.equal(await catOf(flow, 'film'), flow.sent(sha256).film);
  });
}

test('Without the state topic too, a striped version is no base of a delta', async () => {
  const flow = new Flow({ maxMessageBytes: 1_048_588 });
  const bytes = noise(3_000_000);
  flow.source.write('film', bytes);
  await flow.up({ delta: true, stripeAbove: 1_000_000 });
  flow.cluster.deleteTopic(stateTopicOf(flow.topic));
  flow.source.write('film', Buffer.concat([bytes, noise(2000)]));
  await flow.up({ delta: true });
  assert.equal((await flow.records()).filter(({ decoded }) => decoded?.kind === 'delta').length, 0);
  await flow.down();
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
});
