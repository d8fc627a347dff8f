import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError, IncompleteError } from '../../src/errors.ts';
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import type { UploadEvent } from '../../src/files/shared/events.ts';
import { MemoryBucket, MemoryBucketSink } from '../../src/stores/memory/bucket.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { ageKeys } from '../support/age-keys.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const made = new Map<number, Uint8Array>();

/** The same bytes for the same length. */
function fixed(length: number): Uint8Array {
  const bytes = made.get(length) ?? noise(length);
  made.set(length, bytes);
  return bytes;
}

const always = { notTwice: 'always' } as const;

/** Bytes of files, of all records of the files topic. */
async function bytesOn(flow: Flow): Promise<number> {
  const records = await flow.records();
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}

function copied(events: readonly UploadEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'sent' && event.copyOf !== undefined ? event.path : []));
}

describe('Copies', { concurrency: true }, () => {
  test('Ten copies of a file in one run are the bytes of one, and ten files at the sink', async () => {
    const flow = new Flow();
    for (let n = 0; n < 10; n++) flow.source.write(`dir${n % 3}/copy ${n}`, fixed(5000));
    const { files, wireBytes } = await flow.up(always);
    assert.deepEqual([files, wireBytes, await bytesOn(flow)], [10, 5000, 5000]);
    assert.equal(copied(flow.uploadEvents).length, 9);
    const { files: received, failed } = await flow.down();
    assert.deepEqual([received, failed], [10, 0]);
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
    const before = flow.inodes();
    assert.equal((await flow.down({ reset: true })).files, 0);
    assert.deepEqual(flow.inodes(), before);
    assert.equal((await flow.up(always)).files, 0);
  });

  test('Of several that come at once the first is sent, of each content', async () => {
    const flow = new Flow();
    const sizes = [700, 4000, 9000, 20_000];
    for (const size of sizes) for (let n = 0; n < 6; n++) flow.source.write(`${size}/${n}`, fixed(size));
    const { wireBytes } = await flow.up(always);
    assert.deepEqual([wireBytes, copied(flow.uploadEvents).length], [33_700, 20]);
  });

  test('A file that was touched, or has another name, is one record', async () => {
    const flow = new Flow();
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    await flow.down();
    const sent = await bytesOn(flow);
    flow.source.write('a', fixed(5000), { mtime: '1700000000000000123' });
    await flow.up(always);
    await flow.down();
    const bytes = flow.source.bytes('a');
    flow.source.remove('a');
    flow.source.write('renamed/b', bytes);
    await flow.up(always);
    await flow.down();
    assert.equal(await bytesOn(flow), sent);
    assert.deepEqual(copied(flow.uploadEvents), ['a', 'renamed/b']);
    assert.equal(flow.received(sha256)['renamed/b'], sha256(bytes));
    assert.equal(flow.disk.files.get('shop/a')?.mtime, '1700000000000000123');
    assert.deepEqual(flow.told('failed'), []);
  });

  test('A copy of a copy names the upload that has the bytes, which may not be remembered any more', async () => {
    const flow = new Flow();
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    flow.source.write('a', fixed(4000));
    await flow.up(always);
    flow.source.write('c', fixed(5000));
    await flow.up(always);
    const copies = (await flow.records()).flatMap(({ decoded }) => (decoded?.kind === 'copy' ? decoded : []));
    assert.deepEqual(
      copies.map(({ path, of }) => [path, of.path]),
      [
        ['b', 'a'],
        ['c', 'a'],
      ],
    );
    assert.equal(copies[0]!.of.upload, copies[1]!.of.upload);
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('A downloader that begins behind the bytes has them from the topic', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    const elsewhere = new MemorySink(new MemoryDisk());
    await flow.down({ name: 'first', fromOffset: 'beginning' }, { sink: elsewhere });
    await flow.down({ fromOffset: 'end' });
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    await flow.down();
    assert.deepEqual(flow.received(sha256), { b: sha256(fixed(5000)) });
  });

  test('A file at the sink that is not what it was is no source: the topic is', async () => {
    const flow = new Flow();
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    await flow.down();
    const standing = flow.disk.files.get('shop/a')!;
    const other = Uint8Array.from(standing.bytes);
    other[2500]! ^= 1;
    // Of its size and time, as a disk that loses a bit leaves it.
    flow.disk.files.set('shop/a', { ...standing, bytes: other });
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    const { failed } = await flow.down();
    assert.equal(failed, 0);
    assert.equal(flow.received(sha256).b, sha256(fixed(5000)));
  });

  test('Where neither sink nor topic has the bytes it fails by name, and --resend sends them', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    const end = (await flow.records()).length;
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    flow.cluster.deleteRecords(flow.topic, 0, end);
    const { failed } = await flow.down();
    const told = flow.told('failed');
    assert.ok(failed >= 1);
    assert.deepEqual(
      told.filter(({ path }) => path === 'b').map(({ reason }) => reason),
      ['missing-data'],
    );
    assert.match(told.find(({ path }) => path === 'b')!.message, /shop\/a.*--resend/);
    assert.equal((await flow.up(always)).files, 0);
    const again = await flow.up({ ...always, resend: true });
    // So little stands there by then that each may be among the next to go.
    assert.deepEqual([again.files, again.wireBytes], [2, 10_000]);
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('An older version that comes after a newer one changes nothing', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', fixed(5000));
    flow.source.write('b', fixed(3000));
    await flow.up(always);
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    const copy = (await flow.records()).find(({ decoded }) => decoded?.kind === 'copy')!;
    flow.source.write('b', fixed(2000));
    await flow.up(always);
    await flow.append([{ partition: 0, record: { headers: copy.headers, value: new Uint8Array(0) } }]);
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('In a bucket, that takes bytes in order alone, copies have them from the topic', async () => {
    const flow = new Flow();
    for (let n = 0; n < 6; n++) flow.source.write(`${n}`, fixed(n === 5 ? 3000 : 5000));
    await flow.up(always);
    const bucket = new MemoryBucket();
    const { files, failed } = await flow.down({}, { sink: new MemoryBucketSink(bucket, () => 20_000_000) });
    assert.deepEqual([files, failed], [6, 0]);
    const there = [...bucket.objects].map(([key, { bytes }]) => [key.slice('shop/'.length), sha256(bytes)]);
    assert.deepEqual(Object.fromEntries(there), flow.sent(sha256));
    assert.equal((await flow.down({ reset: true }, { sink: new MemoryBucketSink(bucket) })).files, 0);
  });

  test('Files of one size that differ are all sent, also while others are', async () => {
    const flow = new Flow();
    for (let n = 0; n < 8; n++) flow.source.write(`${n}`, noise(5000));
    assert.equal((await flow.up(always)).wireBytes, 40_000);
    assert.deepEqual(copied(flow.uploadEvents), []);
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('A run that is stopped in the middle of a copy leaves it to the next one', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    await flow.down();
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    const stop = new AbortController();
    class Stopping extends MemorySink {
      override async openPublished(target: string) {
        const file = await super.openPublished(target);
        return (
          file && {
            ...file,
            read: async (buffer: Uint8Array, position: number) => {
              stop.abort();
              return file.read(buffer.subarray(0, 100), position);
            },
          }
        );
      }
    }
    await flow.down({ once: false, signal: stop.signal }, { sink: new Stopping(flow.disk) });
    assert.equal(flow.received().b, undefined);
    assert.equal((await flow.down()).files, 1);
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('What is encrypted is no copy, nor is there one of it', async (t) => {
    const flow = new Flow({ maxMessageBytes: 4096 });
    const { recipient } = await ageKeys(await temporaryFolder(t), 'key');
    flow.source.write('a', fixed(5000));
    flow.source.write('b', fixed(5000));
    const { wireBytes } = await flow.up({ encryptTo: [recipient] });
    assert.equal(wireBytes, 10_000);
    flow.source.write('c', fixed(5000));
    assert.equal((await flow.up(always)).wireBytes, 5000);
    await assert.rejects(flow.up({ ...always, encryptTo: [recipient] }), ConfigurationError);
    assert.deepEqual(copied(flow.uploadEvents), []);
  });

  test('What a copy is, list and cat tell, also from records alone; what was sent is found in them again', async () => {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('a', fixed(5000));
    await flow.up(always);
    flow.source.write('b', fixed(5000));
    await flow.up(always);
    const end = (await flow.records()).length;
    const kafka = flow.cluster.client();
    const options = { kafka: {}, topic: flow.topic };
    const digestOf = async (file: string): Promise<string> => {
      const pieces: Buffer[] = [];
      for await (const bytes of catFrom(kafka, { ...options, file })) pieces.push(Buffer.from(bytes));
      return sha256(Buffer.concat(pieces));
    };
    const states = async (newestOnly = true) => {
      const files = await listFrom(kafka, { ...options, newestOnly });
      return Object.fromEntries(files.map(({ path, state }) => [path, state]));
    };
    for (const newestOnly of [true, false])
      assert.deepEqual(await states(newestOnly), { a: 'complete', b: 'complete' });
    assert.equal(await digestOf('shop/b'), sha256(fixed(5000)));
    flow.cluster.deleteTopic(`${flow.topic}.state`);
    assert.deepEqual(await states(), { a: 'complete', b: 'complete' });
    assert.equal(await digestOf('shop/b'), sha256(fixed(5000)));
    // The state is made anew from records.
    assert.equal((await flow.up(always)).wireBytes, 0);
    assert.deepEqual(await states(), { a: 'complete', b: 'complete' });
    flow.cluster.deleteRecords(flow.topic, 0, end - 1);
    for (const newestOnly of [true, false]) assert.equal((await states(newestOnly)).b, 'incomplete');
    await assert.rejects(digestOf('shop/b'), IncompleteError);
    await kafka.close();
  });

  test('Without it, encrypted, or by another digest than SHA-256 all bytes are sent', async () => {
    for (const options of [{ notTwice: 'never' }, { ...always, checksum: 'md5' }] as const) {
      const flow = new Flow();
      flow.source.write('a', fixed(5000));
      flow.source.write('b', fixed(5000));
      assert.equal((await flow.up(options)).wireBytes, 10_000);
    }
  });
});
