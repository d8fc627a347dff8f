/** Small files go to their names by calls in place; what is out of the ordinary is left to the ordinary way, and nothing of it stays behind. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published, Sink } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { InPlace } from './in-place.ts';
import { openDiskSink } from './sink.ts';

/** Calls in place: how many were made by name, and which name fails, once. */
class CountedInPlace extends InPlace {
  readonly made: Record<string, number> = {};
  fails: string | undefined;

  constructor() {
    super(
      () => 0,
      () => {},
    );
  }

  #count(name: string): void {
    this.made[name] = (this.made[name] ?? 0) + 1;
    if (this.fails !== name) return;
    this.fails = undefined;
    throw Object.assign(new Error(`EIO: refused, ${name}`), { code: 'EIO' });
  }

  override open(path: string, flags: string | number, mode?: number): number {
    this.#count('open');
    return super.open(path, flags, mode);
  }

  override write(file: number, bytes: Uint8Array, position: number): number {
    this.#count('write');
    return super.write(file, bytes, position);
  }

  override setTimes(file: number, seconds: string): void {
    this.#count('setTimes');
    super.setTimes(file, seconds);
  }

  override rename(from: string, to: string): void {
    this.#count('rename');
    super.rename(from, to);
  }
}

class CountedCalls extends DiskCalls {
  readonly inPlace = new CountedInPlace();

  override get atOnce(): InPlace | undefined {
    return this.here === undefined ? undefined : this.inPlace;
  }
}

async function sinkOn(t: TestContext) {
  const folder = await temporaryFolder(t);
  const calls = new CountedCalls(true, () => 0);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  // The folder is known and open then, and that times are kept is too.
  await put(sink, 'shop/first');
  return { folder, sink, inPlace: calls.inPlace };
}

const look = { mtime: '1700000000123456000', mode: 0o604 };

function put(sink: Sink, target: string, text = target): Promise<unknown> {
  const published: Published = {
    upload: '1'.repeat(32),
    size: text.length,
    digest: digestOf('md5', Buffer.from(text)),
  };
  return sink.publishWhole(Buffer.from(text), target, look, published);
}

async function assertPut(folder: string, target: string, text = target): Promise<void> {
  assert.equal(await readFile(join(folder, target), 'utf8'), text);
  const { mode, mtimeNs } = await stat(join(folder, target), { bigint: true });
  assert.equal(Number(mode) & 0o777, 0o604);
  assert.equal(mtimeNs / 1000n, BigInt(look.mtime) / 1000n);
  assert.deepEqual(await readdir(join(folder, '.sluice/parts')), []);
}

test('A small file into a folder that is known: a call in place to open, write, give it its time and rename', async (t) => {
  const { folder, sink, inPlace } = await sinkOn(t);
  for (const name of Object.keys(inPlace.made)) delete inPlace.made[name];
  await put(sink, 'shop/second');
  await assertPut(folder, 'shop/second');
  assert.deepEqual(inPlace.made, { open: 1, write: 1, setTimes: 1, rename: 1 });
  assert.equal((await sink.published('shop/second'))?.size, 'shop/second'.length);
});

for (const name of ['open', 'write', 'setTimes', 'rename']) {
  test(`Where ${name} in place fails, the file comes in the ordinary way`, async (t) => {
    const { folder, sink, inPlace } = await sinkOn(t);
    inPlace.fails = name;
    await put(sink, 'shop/second');
    assert.equal(inPlace.fails, undefined);
    await assertPut(folder, 'shop/second');
  });
}

test('A folder that was swapped for a link before a small file was begun is not written through', async (t) => {
  const { folder, sink, inPlace } = await sinkOn(t);
  const outside = await temporaryFolder(t);
  await rename(join(folder, 'shop'), join(folder, 'moved'));
  await symlink(outside, join(folder, 'shop'));
  const { rename: before } = inPlace.made;
  await assert.rejects(put(sink, 'shop/second'), { code: 'ELOOP' });
  assert.equal(inPlace.made.rename, before);
  assert.deepEqual(await readdir(outside), []);
  assert.deepEqual(await readdir(join(folder, 'moved')), ['first']);
  assert.deepEqual(await readdir(join(folder, '.sluice/parts')), []);
});

test('A folder that was moved away, and another one made there: a small file goes into the one that stands there', async (t) => {
  const { folder, sink } = await sinkOn(t);
  await rename(join(folder, 'shop'), join(folder, 'moved'));
  await mkdir(join(folder, 'shop'));
  await put(sink, 'shop/second');
  await assertPut(folder, 'shop/second');
  assert.deepEqual(await readdir(join(folder, 'moved')), ['first']);
});
