import assert from 'node:assert/strict';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { id, look, publishedAs } from '../../../test/contracts/sink/ground.ts';
import { sinkContract } from '../../../test/contracts/sink.ts';
import { changeInPlace } from '../../../test/support/change-part.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { openDiskSink } from '../disk/sink.ts';
import { MemoryBucket, MemoryBucketSink } from '../memory/bucket.ts';
import { VanishedError } from '../vanished.ts';
import { SpilledSink } from './spilled-sink.ts';

sinkContract('A store behind a folder', 'spilled', async (t) => {
  const bucket = new MemoryBucket();
  const folder = await temporaryFolder(t);
  const partOf = (upload: string): string => join(folder, '.sluice', 'parts', upload);
  let writes = 0;
  return {
    open: async () => new SpilledSink(new MemoryBucketSink(bucket), await openDiskSink(folder)),
    read: async (target) => {
      const object = bucket.objects.get(target);
      if (object === undefined) return undefined;
      return { bytes: Buffer.from(object.bytes), mode: object.mode, inode: String(object.version) };
    },
    write: async (target, text) =>
      bucket.put(target, Buffer.from(text), { mtime: String(++writes), mode: 0o644 }),
    remove: async (target) => {
      bucket.objects.delete(target);
    },
    parts: async () => [...(await readdir(join(folder, '.sluice', 'parts'))), ...bucket.open.keys()],
    cutPart: (upload, length) =>
      length === undefined ? rm(partOf(upload)) : truncate(partOf(upload), length),
    changePart: (upload) => changeInPlace(partOf(upload)),
  };
});

test('Bytes that the folder gives otherwise than they were verified are published by nobody', async (t) => {
  const bucket = new MemoryBucket();
  const sink = new SpilledSink(new MemoryBucketSink(bucket), await openDiskSink(await temporaryFolder(t)));
  await sink.part(id(1)).write(Buffer.from('hullo'), 0);
  await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs('hello')), VanishedError);
  assert.deepEqual([bucket.objects.size, bucket.open.size], [0, 0]);
  await sink.clear(id(1));
  await sink.part(id(1)).write(Buffer.from('hello'), 0);
  await sink.publish(id(1), 'shop/a', look, publishedAs('hello'));
  assert.equal(Buffer.from(bucket.objects.get('shop/a')!.bytes).toString(), 'hello');
  await sink.close();
});

test('What fails on its way to the store is passed on anew, from its first byte', async (t) => {
  const bucket = new MemoryBucket();
  const store = new MemoryBucketSink(bucket);
  const folder = await temporaryFolder(t);
  const sink = new SpilledSink(store, await openDiskSink(folder));
  const text = 'x'.repeat(3_000_000);
  await sink.part(id(1)).write(Buffer.from(text), 0);
  let fails = true;
  const part = store.part.bind(store);
  store.part = (upload, of) => {
    const inner = part(upload, of);
    const write = async (bytes: Uint8Array, position: number): Promise<void> => {
      if (fails && position > 0) throw Object.assign(new Error('away'), { code: 'EAGAIN' });
      return inner.write(bytes, position);
    };
    return { ...inner, write };
  };
  const publish = () => sink.publish(id(1), 'shop/a', look, publishedAs(text));
  await assert.rejects(publish, { code: 'EAGAIN' });
  assert.equal(bucket.open.size, 0);
  fails = false;
  await publish();
  assert.equal(bucket.objects.get('shop/a')?.bytes.length, text.length);
  assert.deepEqual(await readdir(join(folder, '.sluice', 'parts')), []);
  await sink.close();
});

test('What cannot be ended while the store is away is ended before it is passed on anew', async (t) => {
  const bucket = new MemoryBucket();
  const store = new MemoryBucketSink(bucket);
  const sink = new SpilledSink(store, await openDiskSink(await temporaryFolder(t)));
  const text = 'x'.repeat(3_000_000);
  await sink.part(id(1)).write(Buffer.from(text), 0);
  let isAway = true;
  const mustBeThere = (): void => {
    if (isAway) throw Object.assign(new Error('away'), { code: 'EAGAIN' });
  };
  const [publish, clear] = [store.publish.bind(store), store.clear.bind(store)];
  store.publish = async (...given) => {
    mustBeThere();
    return publish(...given);
  };
  store.clear = async (upload) => {
    if (bucket.open.size > 0) mustBeThere();
    return clear(upload);
  };
  for (let tries = 0; tries < 2; tries++)
    await assert.rejects(sink.publish(id(1), 'shop/a', look, publishedAs(text)), { code: 'EAGAIN' });
  isAway = false;
  await sink.publish(id(1), 'shop/a', look, publishedAs(text));
  assert.equal(bucket.objects.get('shop/a')?.bytes.length, text.length);
  assert.equal(bucket.open.size, 0);
  await sink.close();
});

test('Files that take much memory on their way go one after the other, in the order in which they are whole', async (t) => {
  const bucket = new MemoryBucket();
  const sink = new SpilledSink(
    new MemoryBucketSink(bucket, () => 40 * 1024 * 1024),
    await openDiskSink(await temporaryFolder(t)),
  );
  const ids = [id(1), id(2), id(3), id(4)];
  for (const one of ids) await sink.part(one).write(Buffer.from(one), 0);
  await Promise.all(ids.map((one) => sink.publish(one, `shop/${one}`, look, publishedAs(one, one))));
  assert.equal(bucket.mostOpen, 1);
  assert.deepEqual(
    [...bucket.objects.keys()],
    ids.map((one) => `shop/${one}`),
  );
  await sink.close();
});
