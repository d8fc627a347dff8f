import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { statePartition } from '../../src/records/state-record.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { craftedChunk, craftedClose, craftedUpload } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, md5, noise, sha256 } from '../support/flow.ts';
import { cat, copied, list, named, sentFlow } from '../support/look.ts';

// Most of these wait: for a second try, or for a disk.
describe('Listing files', { concurrency: true }, () => {
  test('The list has the newest version of each file, from the state or from the topic itself', async () => {
    const flow = await sentFlow();
    const fromState = await list(flow);
    flow.cluster.deleteTopic('files.state');
    const fromTopic = await list(flow);
    for (const files of [fromState, fromTopic]) {
      assert.deepEqual(
        files
          .map(({ path, size, digest, state, uploader }) => [path, size, digest, state, uploader])
          .toSorted(),
        Object.entries(flow.sent(sha256)).map(([path, digest]) => {
          return [path, flow.source.bytes(path).length, `sha256:${digest}`, 'complete', 'shop'];
        }),
      );
    }
    const byUpload = (files: typeof fromState) => files.map(({ upload }) => upload).toSorted();
    assert.deepEqual(byUpload(fromState), byUpload(fromTopic));
  });

  test('Of a delta, and of what is striped, the topic itself tells no more than of all others', async () => {
    const flow = new Flow({ maxMessageBytes: 1_048_588 });
    const bytes = noise(1_200_000);
    flow.source.write('film', bytes);
    await flow.up({ delta: true });
    flow.source.write('film', Buffer.concat([bytes, noise(90_000)]));
    await flow.up({ delta: true });
    flow.source.write('striped', noise(30_000));
    await flow.up({ stripeAbove: 1000, chunkSize: 5000 });
    const fields = (await list(flow, { newestOnly: false })).map((file) => Object.keys(file).sort().join());
    assert.deepEqual([...new Set(fields)], ['digest,mtime,path,sentAt,size,state,upload,uploader']);
  });

  test('Files that a state made anew does not tell of are listed all the same', async () => {
    const flow = await sentFlow();
    const before = await list(flow);
    flow.cluster.deleteTopic('files.state');
    const source = new MemorySource();
    source.write('a', noise(600));
    // The state is there again, and knows of one uploader only.
    await flow.up({ name: 'other' }, { source });
    const files = await list(flow);
    const ofShop = files.filter(({ uploader }) => uploader === 'shop').map(named);
    // The state's records are a little younger than the topic's, each by its own milliseconds.
    assert.deepEqual(ofShop.toSorted(), before.map(named).toSorted());
    assert.equal(files.length, before.length + 1);
    const [only, ...more] = await list(flow, { uploader: 'other' });
    assert.deepEqual([only?.path, more.length], ['a', 0]);
    assert.equal((await list(flow, { uploader: 'shop' })).length, before.length);
  });

  test('Files of a state of which a record is damaged are listed all the same', async () => {
    const flow = await sentFlow();
    const before = await list(flow);
    const kafka = flow.cluster.client();
    const partition = statePartition(flow.uploader, 8);
    const damaged = { key: Buffer.from('shop/packed'), value: Buffer.from('{') };
    await kafka.producer().append('files.state', partition, damaged);
    flow.cluster.compact('files.state');
    assert.deepEqual((await list(flow)).map(named).toSorted(), before.map(named).toSorted());
  });

  test('A version that was given up hides none that was sent before it', async () => {
    const flow = await sentFlow();
    const before = await list(flow);
    flow.source.write('dir/large', noise(6000));
    const restless = faultySource(flow.source, ({ method, name, position = 0 }) => {
      if (method === 'read' && position > 2000) flow.source.write(name, noise(6000));
    });
    assert.equal((await flow.up({ packBelow: 200, bufferBytes: 1024 }, { source: restless })).failed, 1);
    const [, ...versions] = (await list(flow, { newestOnly: false })).filter(
      ({ path }) => path === 'dir/large',
    );
    assert.ok(versions.some(({ state }) => state === 'aborted'));
    assert.deepEqual((await list(flow)).map(named).toSorted(), before.map(named).toSorted());
    // Also after the next try was stopped half-way, and its file removed.
    const stop = new AbortController();
    const stopped = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ packBelow: 200, bufferBytes: 1024, signal: stop.signal }, { source: stopped });
    assert.deepEqual((await list(flow)).map(named).toSorted(), before.map(named).toSorted());
    const all = await list(flow, { newestOnly: false });
    assert.ok(all.some(({ path, state }) => path === 'dir/large' && state === 'sending'));
    flow.source.remove('dir/large');
    await flow.up({ packBelow: 200 });
    assert.deepEqual((await list(flow)).map(named).toSorted(), before.map(named).toSorted());
    assert.equal((await cat(flow, 'shop/dir/large')).length, 5000);
  });

  test('On a cluster to which both topics were copied, the files are listed as they stand there', async () => {
    const flow = await sentFlow();
    const copy = await copied(flow);
    const facts = async (of: Flow) =>
      (await list(of)).map(({ path, upload, size, digest, state }) => [path, upload, size, digest, state]);
    assert.deepEqual((await facts(copy)).toSorted(), (await facts(flow)).toSorted());
    assert.deepEqual(await list(copy, { uploader: 'nobody' }), []);
    for (const path of Object.keys(flow.sent()))
      assert.equal(md5(await cat(copy, `shop/${path}`)), flow.sent()[path]);
  });

  test('Whatever time a record has, the list has one that can be printed', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(600));
    await flow.up();
    const kafka = flow.cluster.client();
    const state = (await flow.records('files.state')).find(({ key }) => String(key) === 'shop/a')!;
    const hostile = JSON.parse(String(state.value));
    hostile.state = 'aborted';
    hostile.before = { ...hostile, ...hostile.fingerprint, upload: 'f'.repeat(32), mtime: '9'.repeat(20) };
    const value = Buffer.from(JSON.stringify(hostile));
    await kafka.producer().append('files.state', state.partition, { key: Buffer.from('shop/b'), value });
    for (const { sentAt, mtime } of await list(flow)) {
      assert.match(new Date(sentAt).toISOString(), /Z$/);
      assert.match(new Date(mtime).toISOString(), /Z$/);
    }
    assert.equal((await list(flow)).length, 2);
  });

  test('Bytes that came twice do not make a file complete', async () => {
    const file = { path: 'a', bytes: noise(1000) };
    const flow = new Flow({ partitions: 1 });
    const records = [craftedChunk(file, 0, 500), craftedChunk(file, 0, 500), craftedClose(file)];
    await flow.append(records.map((record) => ({ partition: 0, record })));
    assert.deepEqual(
      (await list(flow)).map(({ path, state }) => [path, state]),
      [['a', 'incomplete']],
    );
    await assert.rejects(cat(flow, 'shop/a'), /bytes from 500 on are not on the topic any more/);
  });

  test('What a cut log does not hold any more is not listed as complete', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(3000));
    await flow.up();
    flow.cluster.cutLog(flow.topic, 0, 2);
    assert.deepEqual(
      (await list(flow)).map(({ path, state }) => [path, state]),
      [['a', 'incomplete']],
    );
    await assert.rejects(cat(flow, 'shop/a'), /still being sent, or was left half sent/);
    flow.cluster.cutLog(flow.topic, 0, 0);
    await assert.rejects(cat(flow, 'shop/a'), /not on the topic any more/);
  });

  test('All versions, those of one uploader, and the newest first', async () => {
    const flow = await sentFlow();
    const bytes = noise(600);
    await flow.append(
      craftedUpload({ path: 'x', uploader: 'other', bytes }).map((record) => ({ partition: 0, record })),
    );
    const all = await list(flow, { newestOnly: false });
    assert.equal(all.length, 7);
    assert.deepEqual(
      all.map(({ sentAt }) => sentAt),
      all.map(({ sentAt }) => sentAt).toSorted((a, b) => b - a),
    );
    const [only] = await list(flow, { newestOnly: false, uploader: 'other' });
    assert.deepEqual([only?.path, only?.size, only?.state], ['x', 600, 'complete']);
  });

  test('What is half sent, given up, or has lost its beginning is listed as that', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('gone', noise(3000));
    await flow.up();
    flow.source.write('half', noise(5000));
    flow.source.write('restless', noise(3000));
    const stop = new AbortController();
    const halves = faultySource(
      flow.source,
      once('read', () => stop.abort(), 2000),
    );
    await flow.up({ include: ['half'], signal: stop.signal, bufferBytes: 1024 }, { source: halves });
    const changing = faultySource(flow.source, ({ method, name, position = 0 }) => {
      if (method === 'read' && position > 1000) flow.source.write(name, noise(3000));
    });
    await flow.up({ include: ['restless'] }, { source: changing });
    flow.cluster.deleteRecords(flow.topic, 0, 1);
    const fromTopic = await list(flow, { newestOnly: false });
    assert.deepEqual(
      new Set(fromTopic.map(({ path, state }) => `${path} ${state}`)),
      new Set(['gone incomplete', 'half sending', 'restless aborted']),
    );
    const fromState = await list(flow);
    assert.deepEqual(fromState.map(({ path, state }) => [path, state]).toSorted(), [
      ['gone', 'incomplete'],
      ['half', 'sending'],
    ]);
  });
});
