import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Verified, verifyFrom } from '../../src/files/verify.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { encryptedFlow, fill, small } from '../support/encrypted-flow.ts';
import { faultySource } from '../support/faulty-store.ts';
import { type Flow, noise } from '../support/flow.ts';
import { list, sentFlow } from '../support/look.ts';

/** A sink that has all that the flow's uploader sent. */
function filled(flow: Flow): MemorySource {
  const sink = new MemorySource();
  for (const path of Object.keys(flow.sent(() => ''))) sink.write(`shop/${path}`, flow.source.bytes(path));
  return sink;
}

async function verify(
  flow: Flow,
  sink: MemorySource,
  options: { uploader?: string; identity?: string[] } = {},
) {
  const client = flow.cluster.client();
  const asked = { kafka: {}, topic: flow.topic, ...options };
  return Array.fromAsync(verifyFrom(client, sink, 'posix', asked));
}

const wrong = (found: readonly Verified[]): string[] =>
  found
    .filter(({ result }) => result !== 'right')
    .map(({ path, result }) => `${path} ${result}`)
    .toSorted();

test('A sink that has all of it is right, whatever else stands there', async () => {
  const flow = await sentFlow();
  const sink = filled(flow);
  sink.write('shop/of somebody else', noise(10));
  const found = await verify(flow, sink);
  assert.deepEqual(wrong(found), []);
  assert.equal(found.length, Object.keys(flow.sent(() => '')).length);
  assert.deepEqual(await verify(flow, sink, { uploader: 'other' }), []);
});

test('What is missing, shorter, or another by one bit is named, with the reason', async () => {
  const flow = await sentFlow();
  flow.source.write('one more', noise(50));
  await flow.up();
  const sink = filled(flow);
  const [gone, short, flipped] = Object.keys(flow.sent(() => '')).filter(
    (path) => flow.source.bytes(path).length > 0,
  );
  sink.remove(`shop/${gone}`);
  sink.write(`shop/${short}`, flow.source.bytes(short!).subarray(1));
  const bytes = Buffer.from(flow.source.bytes(flipped!));
  bytes[bytes.length - 1]! ^= 1;
  sink.write(`shop/${flipped}`, bytes);
  const found = await verify(flow, sink);
  const expected = [`${gone} missing`, `${short} different`, `${flipped} different`];
  assert.deepEqual(wrong(found), expected.toSorted());
  for (const { result, reason } of found) assert.equal(reason !== undefined, result !== 'right');
});

test('A file that cannot be read is told, and the others are read', async () => {
  const flow = await sentFlow();
  const sink = filled(flow);
  const [first] = Object.keys(flow.sent(() => '')).filter((path) => flow.source.bytes(path).length > 0);
  const faulty = faultySource(sink, ({ method, name }) => {
    if (method === 'read' && name === `shop/${first}`)
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  });
  const found = await verify(flow, faulty as MemorySource);
  assert.deepEqual(wrong(found), [`${first} unreadable`]);
  assert.match(found.find(({ path }) => path === first)?.reason ?? '', /EIO/);
});

test('The newest version is what counts, also when its bytes are on the topic no more', async () => {
  const flow = await sentFlow();
  const sink = filled(flow);
  const [path] = Object.keys(flow.sent(() => ''));
  flow.source.write(path!, noise(77));
  await flow.up();
  assert.deepEqual(wrong(await verify(flow, sink)), [`${path} different`]);
  sink.write(`shop/${path}`, flow.source.bytes(path!));
  for (const partition of [0, 1, 2])
    flow.cluster.deleteRecords(flow.topic, partition, Number.MAX_SAFE_INTEGER);
  assert.deepEqual(wrong(await verify(flow, sink)), []);
});

for (const encryptNames of [false, true])
  test(`What is encrypted is compared by whoever has a key, and told as unreadable without, ${encryptNames ? 'names too' : 'names in clear'}`, async (t) => {
    const { flow, anna, folder } = await encryptedFlow(t);
    fill(flow);
    const names = encryptNames ? { encryptNames: join(folder, 'names.key') } : {};
    await flow.up({ ...small, encryptTo: [anna.recipient], ...names });
    const sink = filled(flow);
    const files = Object.keys(flow.sent(() => ''));
    const right = await verify(flow, sink, { identity: [anna.file] });
    assert.deepEqual([right.length, wrong(right)], [files.length, []]);
    const flipped = Buffer.from(flow.source.bytes('large.bin'));
    flipped[0]! ^= 1;
    sink.write('shop/large.bin', flipped);
    assert.deepEqual(wrong(await verify(flow, sink, { identity: [anna.file] })), ['large.bin different']);
    const without = await verify(flow, sink);
    assert.ok(without.every(({ result }) => result === 'unreadable'));
  });

test('While a newer version is on its way the one that was sent whole counts, also when the topic has it no more', async () => {
  const flow = await sentFlow();
  const sink = filled(flow);
  const [path] = Object.keys(flow.sent(() => '')).filter((one) => flow.source.bytes(one).length > 0);
  for (const partition of [0, 1, 2])
    flow.cluster.deleteRecords(flow.topic, partition, Number.MAX_SAFE_INTEGER);
  sink.write(`shop/${path}`, noise(5));
  flow.source.write(path!, noise(5000));
  const stop = new AbortController();
  const stopping = faultySource(flow.source, ({ method, position = 0 }) => {
    if (method === 'read' && position > 1500) stop.abort();
  });
  await flow.up({ packBelow: 0, chunkSize: 500, signal: stop.signal }, { source: stopping });
  assert.equal((await list(flow)).find((one) => one.path === path)?.state, 'sending');
  assert.deepEqual(wrong(await verify(flow, sink)), [`${path} different`]);
});

test('What grows while it is read is not right', async () => {
  const flow = await sentFlow();
  const sink = filled(flow);
  const [path] = Object.keys(flow.sent(() => '')).filter((one) => flow.source.bytes(one).length > 0);
  const target = `shop/${path}`;
  const grown = Buffer.concat([sink.bytes(target), Buffer.from('more')]);
  const growing = faultySource(sink, ({ method, name }) => {
    if (method === 'open' && name === target) sink.write(target, grown);
  });
  const found = await verify(flow, growing as MemorySource);
  assert.deepEqual(wrong(found), [`${path} unreadable`]);
});

test('A version that was given up is not the newest, encrypted or not', async (t) => {
  const { flow, anna } = await encryptedFlow(t);
  const encryptTo = [anna.recipient];
  flow.source.write('a', noise(20_000));
  const sink = new MemorySource();
  sink.write('shop/a', flow.source.bytes('a'));
  await flow.up({ encryptTo });
  flow.source.write('a', noise(20_000));
  const restless = faultySource(flow.source, ({ method, name, position = 0 }) => {
    if (method === 'read' && position > 2000) flow.source.write(name, noise(20_000));
  });
  await flow.up({ encryptTo }, { source: restless });
  // The topic itself tells then.
  flow.cluster.deleteTopic('files.state');
  const found = await verify(flow, sink, { identity: [anna.file] });
  assert.deepEqual(
    found.map(({ path, result }) => `${path} ${result}`),
    ['a right'],
  );
});
