import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published, UnfinishedUpload } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { openDiskSink } from './sink.ts';

/** The system's calls, with a note of what was made durable; the next such call may be made to wait. */
class NotedCalls extends DiskCalls {
  readonly synced: string[] = [];
  before: (path: string) => Promise<void> = async () => {};

  override async sync(file: number): Promise<void> {
    const path = readlinkSync(`/proc/self/fd/${file}`);
    await this.before(path);
    await super.sync(file);
    this.synced.push(path);
  }

  /** Paths below the folder since the last call of this. */
  below(folder: string): string[] {
    return this.synced
      .splice(0)
      .map((path) => path.slice(folder.length + 1))
      .toSorted();
  }
}

async function notedSink(t: TestContext) {
  const folder = await temporaryFolder(t);
  const calls = new NotedCalls(false);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  await sink.checkpoint([]);
  calls.synced.length = 0;
  return { folder, calls, sink };
}

const look = { mtime: '1700000000123456000', mode: 0o644 };
const one = '1'.repeat(32);

function published(text: string, upload = one): Published {
  return { upload, size: text.length, digest: digestOf('md5', Buffer.from(text)) };
}

function open(upload: string, size: number): UnfinishedUpload {
  return {
    upload,
    uploader: 'shop',
    path: 'a',
    size,
    ranges: [[0, size]],
    close: undefined,
    topic: 't',
    seen: [[0, 7, 8]],
  };
}

/** What a machine finds after its power was cut: the journal as it is on the disk now. */
async function afterPowerCut(t: TestContext, folder: string) {
  const copy = await temporaryFolder(t);
  await mkdir(join(copy, '.sluice'));
  for (const name of await readdir(join(folder, '.sluice'))) {
    if (name.startsWith('journal.db'))
      await copyFile(join(folder, '.sluice', name), join(copy, '.sluice', name));
  }
  const sink = await openDiskSink(copy);
  t.after(() => sink.close());
  return sink;
}

test('That a temporary file is there is durable once it is remembered', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  const part = sink.part(one);
  await part.write(Buffer.from('x'), 0);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['.sluice/parts']);
  await part.write(Buffer.from('y'), 1);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), [], 'an entry that was there already was made durable again');
});

test('What is published while a checkpoint makes folders durable is forgotten by a power cut, and not its upload', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  await sink.part(one).write(Buffer.from('text'), 0);
  await sink.publishWhole(Buffer.from('first'), 'shop/first', look, published('first', '2'.repeat(32)));
  const rows = [open(one, 4)];
  await sink.checkpoint(rows);
  await sink.publishWhole(Buffer.from('second'), 'shop/second', look, published('second', '3'.repeat(32)));
  let isDone = false;
  calls.before = async (path) => {
    if (isDone || path !== join(folder, 'shop')) return;
    isDone = true;
    // Renamed after the folder was asked to be durable: it says nothing of this name.
    await sink.publish(one, 'shop/a', look, published('text'));
    await sink.publishWhole(Buffer.from('third'), 'shop/third', look, published('third', '4'.repeat(32)));
    await sink.discard('5'.repeat(32));
  };
  await sink.checkpoint(rows);
  assert.ok(isDone);
  const between = await afterPowerCut(t, folder);
  assert.deepEqual(
    (await between.unfinished()).map(({ upload, seen }) => [upload, seen]),
    [[one, [[0, 7, 8]]]],
  );
  await between.close();
  calls.synced.length = 0;
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['shop']);
  const later = await afterPowerCut(t, folder);
  assert.deepEqual(await later.unfinished(), []);
});

test('What a position may have passed is put into folders that are durable, and into no others', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  const rename = calls.rename.bind(calls);
  calls.rename = async (from, to) => {
    calls.synced.push(`${folder}/rename`);
    await rename(from, to);
  };
  const steps = (): string[] => calls.synced.splice(0).map((path) => path.slice(folder.length + 1));
  const publish = async (upload: string, target: string, isRemembered: boolean): Promise<string[]> => {
    await sink.part(upload).write(Buffer.from('text'), 0);
    if (isRemembered) {
      await sink.part(upload).sync();
      await sink.checkpoint([open(upload, 4)]);
    }
    steps();
    await sink.publish(upload, target, look, published('text', upload));
    return steps();
  };
  const part = (upload: string): string => `.sluice/parts/${upload}`;
  const [two, three, four] = ['2', '3', '4'].map((digit) => digit.repeat(32)) as [string, string, string];
  assert.deepEqual(await publish(one, 'shop/deep/a', false), [part(one), 'rename']);
  // The checkpoint before it has made these folders durable.
  assert.deepEqual(await publish(two, 'shop/deep/b', true), [part(two), 'rename']);
  assert.deepEqual(await publish(three, 'shop/deep/er/c', true), [part(three), 'shop/deep', 'rename']);
  assert.deepEqual(await publish(four, 'other/deep/d', true), [part(four), '', 'other', 'rename']);
  const five = '5'.repeat(32);
  await sink.part(five).write(Buffer.from('text'), 0);
  await sink.part(five).sync();
  steps();
  await sink.quarantine(five, 'wrong/e');
  assert.deepEqual(steps(), ['', 'rename']);
});

test('What an earlier run left is put into folders that are durable, too', async (t) => {
  const { folder, sink } = await notedSink(t);
  await sink.part(one).write(Buffer.from('text'), 0);
  await sink.part(one).sync();
  await sink.checkpoint([open(one, 4)]);
  await sink.close();
  const calls = new NotedCalls(false);
  const again = await openDiskSink(folder, { calls });
  t.after(() => again.close());
  assert.equal((await again.unfinished()).length, 1);
  await again.publish(one, 'shop/deep/a', look, published('text'));
  assert.deepEqual(calls.below(folder), ['', `.sluice/parts/${one}`, 'shop']);
});

test('A folder that is made while a checkpoint is under way is made durable by the next', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  const rename = calls.rename.bind(calls);
  // A whole checkpoint between the making of the folder and the name in it.
  calls.rename = async (from, to) => {
    await sink.checkpoint([]);
    await rename(from, to);
  };
  await sink.publishWhole(Buffer.from('x'), 'shop/deep/a', look, published('x'));
  calls.below(folder);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['shop/deep']);
});

test('A checkpoint that could not make a folder durable leaves it to the next', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  await sink.publishWhole(Buffer.from('x'), 'shop/a', look, published('x'));
  calls.before = async () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  await assert.rejects(sink.checkpoint([]), { code: 'EIO' });
  calls.before = async () => {};
  calls.below(folder);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['', 'shop']);
});

test('A folder that stood already is made durable with the first name in it, for its maker may have been killed', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  await mkdir(join(folder, 'shop/deep'), { recursive: true });
  await sink.publishWhole(Buffer.from('x'), 'shop/deep/a', look, published('x'));
  calls.below(folder);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['', 'shop', 'shop/deep']);
});

test('What is found under its name already is made durable, with its folders, before it counts as received', async (t) => {
  const { folder, calls, sink } = await notedSink(t);
  await mkdir(join(folder, 'shop/deep'), { recursive: true });
  await writeFile(join(folder, 'shop/deep/a'), 'text');
  await sink.adopt('shop/deep/a', published('text'));
  assert.deepEqual(calls.below(folder), ['shop/deep/a']);
  await sink.checkpoint([]);
  assert.deepEqual(calls.below(folder), ['', 'shop', 'shop/deep']);
  assert.deepEqual(await sink.published('shop/deep/a'), published('text'));
});

test('The journal’s log is moved to where it is read from, and does not grow for ever', async (t) => {
  const { folder, sink } = await notedSink(t);
  const sizes: number[] = [];
  for (let round = 0; round < 16; round++) {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      ...open(String(round * 500 + index).padStart(32, '0'), 1),
      path: 'p'.repeat(900),
    }));
    await sink.checkpoint(rows);
    sizes.push((await stat(join(folder, '.sluice/journal.db-wal'))).size);
  }
  assert.ok(
    Math.max(...sizes) < 8_000_000 && sizes.some((size, at) => size < (sizes[at - 1] ?? 0)),
    String(sizes),
  );
  assert.equal((await sink.unfinished()).length, 8000);
});
