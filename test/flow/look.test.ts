import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IncompleteError } from '../../src/errors.ts';
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import type { CatOptions, ListedFile, ListOptions } from '../../src/files/options.ts';
import { statePartition } from '../../src/records/state-record.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { craftedChunk, craftedClose, craftedPack, craftedUpload } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';

async function list(flow: Flow, options: Partial<ListOptions> = {}) {
  const kafka = flow.cluster.client();
  const files = await listFrom(kafka, { kafka: {}, topic: flow.topic, ...options });
  await kafka.close();
  return files;
}

async function cat(flow: Flow, file: string, options: Partial<CatOptions> = {}): Promise<Buffer> {
  const kafka = flow.cluster.client();
  const pieces: Buffer[] = [];
  try {
    for await (const piece of catFrom(kafka, { kafka: {}, topic: flow.topic, file, ...options })) {
      pieces.push(Buffer.from(piece));
    }
  } finally {
    await kafka.close();
  }
  return Buffer.concat(pieces);
}

const named = ({ uploader, path, upload, state }: ListedFile) => `${uploader}/${path} ${upload} ${state}`;

/** A flow with two versions of a large and of a packed file, one empty file, and one that is half sent. */
async function sentFlow(): Promise<Flow> {
  const flow = new Flow();
  for (let version = 0; version < 2; version++) {
    flow.source.write('dir/large', noise(5000));
    flow.source.write('packed', noise(100));
    flow.source.write('empty', noise(0));
    await flow.up({ packBelow: 200 });
  }
  return flow;
}

// Most of these wait: for a second try, or for a disk.
describe('Listing and looking into files', { concurrency: true }, () => {
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
        Object.entries(flow.sent()).map(([path, digest]) => {
          return [path, flow.source.bytes(path).length, `md5:${digest}`, 'complete', 'shop'];
        }),
      );
    }
    const byUpload = (files: typeof fromState) => files.map(({ upload }) => upload).toSorted();
    assert.deepEqual(byUpload(fromState), byUpload(fromTopic));
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
    assert.deepEqual(files.filter(({ uploader }) => uploader === 'shop').map(named), before.map(named));
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
    assert.deepEqual((await list(flow)).map(named), before.map(named));
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
    assert.ok((await list(flow)).some(({ path, state }) => path === 'dir/large' && state === 'sending'));
    flow.source.remove('dir/large');
    await flow.up({ packBelow: 200 });
    assert.deepEqual((await list(flow)).map(named).toSorted(), before.map(named).toSorted());
    assert.equal((await cat(flow, 'shop/dir/large')).length, 5000);
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

  test('A file’s bytes from the topic, large, packed and empty, its newest version or another', async () => {
    const flow = await sentFlow();
    for (const [path, digest] of Object.entries(flow.sent()))
      assert.equal(md5(await cat(flow, `shop/${path}`)), digest);
    for (const { path, upload, size, digest } of await list(flow, { newestOnly: false })) {
      const bytes = await cat(flow, `shop/${path}`, { upload });
      assert.deepEqual([bytes.length, `md5:${md5(bytes)}`], [size, digest]);
    }
    flow.cluster.deleteTopic('files.state');
    for (const [path, digest] of Object.entries(flow.sent()))
      assert.equal(md5(await cat(flow, `shop/${path}`)), digest);
  });

  test('A file that is being sent is followed to its end', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(20_000));
    const half = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const source = faultySource(
      flow.source,
      once(
        'read',
        () => {
          half.resolve();
          return goOn.promise;
        },
        15_000,
      ),
    );
    const sending = flow.up({ bufferBytes: 2048 }, { source });
    await half.promise;
    const kafka = flow.cluster.client();
    const pieces: Buffer[] = [];
    for await (const piece of catFrom(kafka, { kafka: {}, topic: flow.topic, file: 'shop/a' })) {
      // What was sent is there before the rest is.
      goOn.resolve();
      pieces.push(Buffer.from(piece));
    }
    await kafka.close();
    assert.equal(md5(Buffer.concat(pieces)), flow.sent().a);
    await sending;
  });

  test('Chunks that came twice are given once', async () => {
    const file = { path: 'a', bytes: noise(2000) };
    const flow = new Flow();
    const records = [
      craftedChunk(file, 0, 800),
      craftedChunk(file, 0, 800),
      craftedChunk(file, 500, 1500),
      craftedChunk(file, 1500, 2000),
      craftedClose(file),
    ];
    const roomy = new Flow({ maxMessageBytes: 4096 });
    await roomy.append(records.map((record) => ({ partition: 0, record })));
    assert.deepEqual(await cat(roomy, 'shop/a'), file.bytes);
    await assert.rejects(cat(flow, 'shop/a'), /does not exist/);
  });

  test('Bytes that are not what the digest says end with an error, after they were given', async () => {
    const file = { path: 'a', bytes: noise(900) };
    for (const records of [
      [craftedChunk(file, 0, 900, noise(900)), craftedClose(file)],
      [craftedPack([file], noise(900))],
    ]) {
      const flow = new Flow({ maxMessageBytes: 4096 });
      await flow.append(records.map((record) => ({ partition: 0, record })));
      await assert.rejects(cat(flow, 'shop/a'), (error) => {
        return (
          error instanceof Error &&
          error.name === 'IncompleteError' &&
          /digest is md5:.*was md5:/.test(error.message)
        );
      });
    }
  });

  test('A digest by another algorithm than the chunks announced is called that, and the file not corrupt', async () => {
    const file = { path: 'a', bytes: noise(900) };
    const flow = new Flow({ maxMessageBytes: 4096 });
    const records = [craftedChunk(file, 0, 900), craftedClose({ ...file, checksum: 'sha256' })];
    await flow.append(records.map((record) => ({ partition: 0, record })));
    await assert.rejects(cat(flow, 'shop/a'), (error) => {
      assert.ok(error instanceof IncompleteError);
      assert.match(error.message, /digest by md5.*by sha256.*sluice download/);
      return true;
    });
    assert.equal((await flow.down()).files, 1);
  });

  test('Bytes that retention removed end with an error that names them', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', noise(5000));
    flow.source.write('packed', noise(50));
    await flow.up({ packBelow: 100, parallel: 1 });
    const records = await flow.records();
    const ends = records.findIndex(({ decoded }) => decoded?.kind === 'close');
    const pack = records.findIndex(({ decoded }) => decoded?.kind === 'pack');
    flow.cluster.deleteRecords(flow.topic, 0, Math.max(2, pack + 1));
    assert.ok(ends > 2);
    for (const name of ['a', 'packed']) {
      await assert.rejects(cat(flow, `shop/${name}`), (error) => {
        return (
          error instanceof Error &&
          error.name === 'IncompleteError' &&
          /not on the topic any more/.test(error.message)
        );
      });
    }
  });

  test('A version that was given up is passed over; asked for by its id, it says so', async () => {
    const flow = new Flow();
    flow.source.write('a', noise(3000));
    await flow.up();
    const digest = flow.sent().a;
    const changing = faultySource(flow.source, ({ method, position = 0 }) => {
      if (method === 'read' && position > 1000) flow.source.write('a', noise(3000));
    });
    flow.source.write('a', noise(3000));
    await flow.up({}, { source: changing });
    assert.equal(md5(await cat(flow, 'shop/a')), digest);
    const aborted = (await list(flow, { newestOnly: false })).find(({ state }) => state === 'aborted');
    await assert.rejects(cat(flow, 'shop/a', { upload: aborted!.upload }), /given up/);
  });

  test('Files that are not there, and names that are none', async () => {
    const flow = await sentFlow();
    await assert.rejects(cat(flow, 'shop/nothing'), /shop\/nothing is not on topic files: sluice list/);
    await assert.rejects(cat(flow, 'nobody/packed'), /is not on topic files/);
    await assert.rejects(cat(flow, 'shop/packed', { upload: '0'.repeat(32) }), /in version 0{32}/);
    for (const file of ['', 'packed', '/packed'])
      await assert.rejects(cat(flow, file), /is not UPLOADER\/PATH/);
  });
});
