import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IncompleteError } from '../../src/errors.ts';
import { catFrom } from '../../src/files/cat.ts';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { encodeFileState } from '../../src/records/state-record.ts';
import { craftedChunk, craftedClose, craftedFacts, craftedId, craftedPack } from '../support/crafted.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { Flow, md5, noise, sha256 } from '../support/flow.ts';
import { cat, list, sentFlow } from '../support/look.ts';

// Most of these wait: for a second try, or for a disk.
describe('Looking into files', { concurrency: true }, () => {
  test('A file’s bytes from the topic, large, packed and empty, its newest version or another', async () => {
    const flow = await sentFlow();
    for (const [path, digest] of Object.entries(flow.sent()))
      assert.equal(md5(await cat(flow, `shop/${path}`)), digest);
    for (const { path, upload, size, digest } of await list(flow, { newestOnly: false })) {
      const bytes = await cat(flow, `shop/${path}`, { upload });
      assert.deepEqual([bytes.length, `sha256:${sha256(bytes)}`], [size, digest]);
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
    for await (const piece of catFrom(kafka, {
      kafka: {},
      topic: flow.topic,
      file: 'shop/a',
      follow: true,
    })) {
      // What was sent is there before the rest is.
      goOn.resolve();
      pieces.push(Buffer.from(piece));
    }
    await kafka.close();
    assert.equal(md5(Buffer.concat(pieces)), flow.sent().a);
    await sending;
  });

  test('A newer version that was left half sent hides no complete one, and is followed on request', async () => {
    for (const isForgotten of [false, true]) {
      const flow = await sentFlow();
      const complete = flow.sent(sha256)['dir/large'];
      flow.source.write('dir/large', noise(6000));
      flow.source.write('other', noise(6000));
      const stop = new AbortController();
      const dying = faultySource(
        flow.source,
        once('read', () => stop.abort(), 2000),
      );
      const half = { packBelow: 200, bufferBytes: 1024, signal: stop.signal, parallel: 1 };
      await flow.up({ ...half, include: ['dir/large'] }, { source: dying });
      if (isForgotten) flow.cluster.deleteTopic('files.state');
      assert.equal(sha256(await cat(flow, 'shop/dir/large')), complete);
      const listed = (await list(flow)).find(({ path }) => path === 'dir/large');
      assert.deepEqual([listed?.state, listed?.digest], ['complete', `sha256:${complete}`]);
      if (isForgotten) continue;
      const followed = cat(flow, 'shop/dir/large', { follow: true });
      await flow.up({ packBelow: 200 });
      assert.equal(md5(await followed), flow.sent()['dir/large']);
    }
  });

  test('Of a file that is being sent, an earlier record than those known at first is found', async () => {
    const flow = new Flow({ partitions: 1, maxMessageBytes: 4096 });
    const file = { path: 'a', bytes: noise(2000) };
    const append = (...records: NewRecord[]) =>
      flow.append(records.map((record) => ({ partition: 0, record })));
    await append(craftedChunk(file, 1000, 2000), craftedChunk(file, 0, 1000));
    const kafka = flow.cluster.client();
    const config = { 'cleanup.policy': 'compact' };
    await kafka.createTopic({ name: 'files.state', partitions: 1, replicationFactor: 1, config });
    const topic = (await kafka.describeTopic(flow.topic))!.id;
    const producer = kafka.producer();
    const say = (first: number) => {
      const fingerprint = { size: 2000, mtime: '0', ctime: '0', inode: '0' };
      const progress = { state: 'sending', checksum: 'md5', partition: 0, first, last: 1, acked: 0 } as const;
      const state = { topic, upload: craftedId(file), fingerprint, ...progress };
      return producer.append('files.state', 0, encodeFileState('shop', 'a', state));
    };
    await say(1);
    const pieces: Buffer[] = [];
    for await (const piece of catFrom(kafka, { kafka: {}, topic: 'files', file: 'shop/a', follow: true })) {
      pieces.push(Buffer.from(piece));
      if (pieces.length > 1) continue;
      await say(0);
      await append(craftedClose(file));
    }
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(file.bytes));
    await kafka.close();
  });

  test('Of a file that lacks bytes before more than can be kept, the end is told', {
    timeout: 60_000,
  }, async () => {
    const mebibyte = 1024 * 1024;
    const flow = new Flow({ partitions: 1, maxMessageBytes: 2 * mebibyte });
    const file = { path: 'a', bytes: Buffer.alloc(70 * mebibyte, 'a') };
    const behind = Array.from({ length: 68 }, (_, index) => (index + 2) * mebibyte);
    const records = [
      craftedChunk(file, 0, mebibyte),
      ...behind.map((start) => craftedChunk(file, start, start + mebibyte)),
      craftedClose(file),
    ];
    await flow.append(records.map((record) => ({ partition: 0, record })));
    const kafka = flow.cluster.client();
    const config = { 'cleanup.policy': 'compact' };
    await kafka.createTopic({ name: 'files.state', partitions: 1, replicationFactor: 1, config });
    const sent = {
      topic: (await kafka.describeTopic(flow.topic))!.id,
      upload: craftedId(file),
      state: 'sent',
      fingerprint: { size: file.bytes.length, mtime: '0', ctime: '0', inode: '0' },
      ...{ partition: 0, first: 0, last: records.length - 1, acked: file.bytes.length },
      digest: craftedFacts(file).digest,
    } as const;
    await kafka.producer().append('files.state', 0, encodeFileState('shop', 'a', sent));
    await assert.rejects(cat(flow, 'shop/a'), (error) => {
      return (
        error instanceof IncompleteError && /bytes from 1048576 on are not on the topic/.test(error.message)
      );
    });
    await kafka.close();
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

  test('Files that are not there, and names that are none', async () => {
    const flow = await sentFlow();
    await assert.rejects(cat(flow, 'shop/nothing'), /shop\/nothing is not on topic files: sluice list/);
    await assert.rejects(cat(flow, 'nobody/packed'), /is not on topic files/);
    await assert.rejects(cat(flow, 'shop/packed', { upload: '0'.repeat(32) }), /in version 0{32}/);
    for (const file of ['', 'packed', '/packed'])
      await assert.rejects(cat(flow, file), /is not UPLOADER\/PATH/);
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
});
