/** Folders whose permissions keep their owner out, by a sink that is no more than that. */
import assert from 'node:assert/strict';
import { fstatSync } from 'node:fs';
import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { becomeNobody } from '../../../test/support/nobody.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Sink } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { openDiskSink } from './sink.ts';

const id = (version: number): string => `${String(version).padStart(16, '0')}aaaaaaaaaaaaaaaa`;
const look = { mtime: '1700000000123456000', mode: 0o644 };
const modes = [0o555, 0o444, 0o300, 0o000];

const put = (sink: Sink, text: string, version: number): Promise<string | undefined> => {
  const bytes = Buffer.from(text);
  const published = { upload: id(version), size: bytes.length, digest: digestOf('md5', bytes) };
  return sink.publishWhole(bytes, 'shop/d/e/file', look, published);
};

/** A sink with a file in a folder in a folder, both with these permissions, opened anew since. */
async function shut(t: TestContext, mode: number) {
  const folder = await temporaryFolder(t);
  await becomeNobody(t, folder);
  const first = await openDiskSink(folder);
  for (const target of ['shop/d', 'shop/d/e']) await first.folder!(target, { ...look, upload: id(1), mode });
  await put(first, 'a', 2);
  await first.checkpoint([]);
  await first.close();
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  const notices: string[] = [];
  sink.notices((message) => notices.push(message));
  return { folder, sink, notices };
}

for (const mode of modes)
  test(`Folders that shut their owner out go with what is in them, whichever is told first: ${mode.toString(8)}`, async (t) => {
    const { folder, sink, notices } = await shut(t, mode);
    assert.equal((await stat(join(folder, 'shop/d'))).mode & 0o777, mode);
    for (const target of ['shop/d', 'shop/d/e']) await sink.remove!(target, id(5));
    await sink.checkpoint([]);
    assert.deepEqual(await sink.remove!('shop/d/e/file', id(5)), { result: 'removed' });
    await sink.checkpoint([]);
    assert.deepEqual([await readdir(join(folder, 'shop')), notices], [[], []]);
  });

for (const mode of modes)
  test(`What is put into them is made durable, and nobody is told otherwise: ${mode.toString(8)}`, async (t) => {
    const { folder, sink, notices } = await shut(t, mode);
    await put(sink, 'b', 3);
    await sink.checkpoint([]);
    await sink.adopt(
      'shop/d/e/file',
      { upload: id(3), size: 1, digest: digestOf('md5', Buffer.from('b')) },
      look,
    );
    await sink.checkpoint([]);
    assert.equal((await stat(join(folder, 'shop/d'))).mode & 0o777, mode);
    assert.deepEqual(notices, []);
    // Whoever clears up is kept out too.
    for (const path of ['shop/d', 'shop/d/e']) await chmod(join(folder, path), 0o755);
  });

/** Calls that note which permissions a folder had whenever it was made durable. */
class Noted extends DiskCalls {
  readonly modes = new Map<number, number>();

  override async sync(file: number): Promise<void> {
    const { ino, mode } = fstatSync(file);
    await super.sync(file);
    this.modes.set(ino, mode & 0o777);
  }
}

test('Permissions are durable too when a checkpoint is through', async (t) => {
  const folder = await temporaryFolder(t);
  const calls = new Noted(true);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  for (const mode of [0o700, 0o555, 0o755]) {
    await sink.folder!('shop/d', { ...look, upload: id(mode), mode });
    await sink.checkpoint([]);
    const { ino } = await stat(join(folder, 'shop/d'));
    assert.equal(calls.modes.get(ino), mode);
  }
});

test('A folder is closed to others from when it is told, and not from the next checkpoint', async (t) => {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  await put(sink, 'a', 1);
  const modeOf = async (): Promise<string> => ((await stat(join(folder, 'shop/d'))).mode & 0o777).toString(8);
  for (const [version, mode, atOnce] of [
    [2, 0o550, '750'],
    [3, 0o755, '755'],
    [4, 0o700, '700'],
  ] as const) {
    await sink.folder!('shop/d', { ...look, upload: id(version), mode });
    assert.equal(await modeOf(), atOnce);
    await sink.checkpoint([]);
    assert.equal(await modeOf(), mode.toString(8));
  }
});
