/** Temporary files on a disk: their handles, what keeps them from being opened, and holes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, link, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import { FewDescriptors } from '../../../test/support/few-descriptors.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { becomeNobody } from '../../../test/support/nobody.ts';
import { RefusingCalls } from '../../../test/support/refusing-calls.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published, Sink, UnfinishedUpload } from '../contract.ts';
import { VanishedError } from '../vanished.ts';
import { DiskCalls } from './calls.ts';
import { openDiskSink } from './sink.ts';
import { keepsStamps } from './stamps.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };

function id(number: number): string {
  return String(number).padStart(32, '0');
}

function published(bytes: Uint8Array, upload: string): Published {
  return { upload, size: bytes.length, digest: digestOf('md5', bytes) };
}

function unfinished(upload: string, size: number): UnfinishedUpload {
  return {
    upload,
    uploader: 'shop',
    path: 'a',
    topic: 'T',
    size,
    ranges: [[0, size]],
    close: '{}',
    seen: [[0, 7, 7]],
  };
}

async function sinkOn(t: TestContext, calls?: DiskCalls): Promise<{ folder: string; sink: Sink }> {
  const folder = await temporaryFolder(t);
  const sink = await openDiskSink(folder, calls === undefined ? {} : { calls });
  t.after(() => sink.close());
  return { folder, sink };
}

test('A run killed after its file had got permissions that keep its owner out is gone on with by that owner', async (t) => {
  for (const mode of [0o444, 0o000, 0o200]) {
    await t.test(mode.toString(8), async (t) => {
      const folder = await temporaryFolder(t);
      await becomeNobody(t, folder);
      const bytes = noise(1000);
      const first = await openDiskSink(folder);
      await first.part(id(1)).write(bytes, 0);
      await first.checkpoint([unfinished(id(1), bytes.length)]);
      await first.close();
      await chmod(join(folder, '.sluice/parts', id(1)), mode);
      const second = await openDiskSink(folder);
      assert.equal((await second.unfinished()).length, 1);
      const buffer = Buffer.alloc(2000);
      assert.equal(await second.part(id(1)).read(buffer, 0), bytes.length);
      await second.publish(id(1), 'shop/a', { ...look, mode }, published(bytes, id(1)));
      assert.equal((await stat(join(folder, 'shop/a'))).mode & 0o777, mode);
      await second.close();
    });
  }
});

test('A file that nobody but its owner may read is not known to be right, and is replaced', async (t) => {
  const folder = await temporaryFolder(t);
  await becomeNobody(t, folder);
  const sink = await openDiskSink(folder);
  const bytes = noise(100);
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop/a'), bytes, { mode: 0o000 });
  await sink.publishWhole(noise(1), 'shop/other', look, published(noise(1), id(1)));
  assert.equal(await sink.digestOfTarget('shop/a', 'md5'), undefined);
  await sink.publishWhole(bytes, 'shop/a', look, published(bytes, id(2)));
  assert.deepEqual(await readFile(join(folder, 'shop/a')), bytes);
  await sink.close();
});

test('A system that has few descriptors makes fewer files be open at once, and that is said once', async (t) => {
  const { sink } = await sinkOn(t, new FewDescriptors(10));
  const notices: string[] = [];
  sink.notices((message) => notices.push(message));
  const texts = Array.from({ length: 60 }, (_, index) => Buffer.from(`text ${index}`));
  for (const [index, text] of texts.entries()) await sink.part(id(index)).write(text, 0);
  for (const [index, text] of texts.entries()) {
    await sink.publishWhole(text, `shop/whole${index}`, look, published(text, id(100 + index)));
    await sink.publish(id(index), `shop/${index}`, look, published(text, id(index)));
  }
  assert.ok((await sink.digestOfTarget('shop/3', 'md5')) === undefined);
  await sink.checkpoint([]);
  assert.equal(notices.length, 1);
  assert.match(notices[0]!, /too many files are open .*EMFILE.* at most \d+ temporary files .*ulimit -n/);
});

test('Folders that are kept open take no descriptor from files that are to come', async (t) => {
  const calls = new FewDescriptors(10);
  const { folder, sink } = await sinkOn(t, calls);
  const bytes = Buffer.from('bytes');
  const names = Array.from({ length: 30 }, (_, index) => `${index}`);
  for (const name of names) await sink.publishWhole(bytes, `shop/${name}/a`, look, published(bytes, id(1)));
  const publish = (name: string) => sink.publishWhole(bytes, `shop/${name}/b`, look, published(bytes, id(2)));
  for (let at = 0; at < names.length; at += 3) await Promise.all(names.slice(at, at + 3).map(publish));
  for (const name of names) assert.deepEqual(await readdir(join(folder, 'shop', name)), ['a', 'b']);
  await sink.close();
  assert.equal(calls.left, 0);
});

test('With no descriptor to be had, not even by closing what is idle, the system’s error is thrown', async (t) => {
  const { sink } = await sinkOn(t, new FewDescriptors(0));
  await assert.rejects(sink.part(id(1)).write(noise(1), 0), { code: 'EMFILE' });
  await assert.rejects(sink.publishWhole(noise(1), 'shop/a', look, published(noise(1), id(1))), {
    code: 'EMFILE',
  });
});

test('What the system could not keep, and says so at the closing of an idle file, is told at its next use', async (t) => {
  let isFull = false;
  const { sink } = await sinkOn(
    t,
    new RefusingCalls((call) => (isFull && call === 'close' ? 'EDQUOT' : undefined), false),
  );
  await sink.part(id(0)).write(noise(10), 0);
  isFull = true;
  // So many that the first is closed, with nobody waiting for that.
  for (let number = 1; number <= 200; number++) {
    await sink.part(id(number)).write(noise(10), 0);
    if (number === 150) isFull = false;
  }
  await assert.rejects(sink.part(id(0)).sync(), { code: 'EDQUOT', syscall: 'close' });
  await assert.rejects(sink.part(id(0)).write(noise(10), 10), { code: 'EDQUOT', syscall: 'close' });
  await sink.clear(id(0));
  await sink.part(id(0)).write(noise(10), 0);
  await sink.part(id(0)).sync();
});

test('A file is closed once nobody uses it any more', async (t) => {
  const { sink } = await sinkOn(t, new DiskCalls(false));
  const part = sink.part(id(1));
  const bytes = noise(3_000_000);
  const written = part.write(bytes, 0);
  const closed = part.close();
  await Promise.all([written, closed]);
  await sink.publish(id(1), 'shop/a', look, published(bytes, id(1)));
});

test('Nothing is written through what somebody put in the way of a temporary file', async (t) => {
  const { folder, sink } = await sinkOn(t);
  const outside = join(await temporaryFolder(t), 'victim');
  await writeFile(outside, 'untouched');
  for (const number of [0, 1, 2]) await symlink(outside, join(folder, '.sluice/parts', `whole-${number}`));
  for (const name of ['a', 'b'])
    await sink.publishWhole(Buffer.from(name), `shop/${name}`, look, published(Buffer.from(name), id(1)));
  assert.equal(await readFile(outside, 'utf8'), 'untouched');
  assert.deepEqual(await readdir(join(folder, 'shop')), ['a', 'b']);
});

test('Nothing is written through what somebody put in the way before the sink was opened', async (t) => {
  const folder = await temporaryFolder(t);
  const parts = join(folder, '.sluice/parts');
  await mkdir(parts, { recursive: true });
  const victims: string[] = [];
  for (const name of ['Probe', 'check-times', 'check-0', 'whole-0', id(1)]) {
    const victim = join(await temporaryFolder(t), name);
    await writeFile(victim, 'untouched');
    await symlink(victim, join(parts, name));
    victims.push(victim);
  }
  assert.equal(await keepsStamps(parts), true);
  const journal = join(await temporaryFolder(t), 'journal');
  await symlink(journal, join(folder, '.sluice/journal.db'));
  await assert.rejects(openDiskSink(folder), /journal\.db is a symbolic link: remove it/);
  assert.equal(existsSync(journal), false);
  await rm(join(folder, '.sluice/journal.db'));
  const sink = await openDiskSink(folder, { calls: new DiskCalls(false) });
  t.after(() => sink.close());
  await sink.check().catch(() => {});
  await assert.rejects(sink.part(id(1)).write(noise(10), 0));
  await sink.publishWhole(noise(10), 'shop/a', look, published(noise(10), id(2)));
  for (const victim of victims) assert.equal(await readFile(victim, 'utf8'), 'untouched', victim);
});

const mebibyte = 1024 * 1024;

for (const isLocal of [true, false]) {
  test(`Zeros take no room at the sink, ${isLocal ? 'on a disk of this machine' : 'on another'}`, async (t) => {
    const { folder, sink } = await sinkOn(t, new DiskCalls(isLocal));
    const bytes = Buffer.alloc(40 * mebibyte);
    noise(5000).copy(bytes, 10 * mebibyte + 77);
    noise(9).copy(bytes, 30 * mebibyte);
    // As a topic's limit cuts them: at no block's beginning.
    const size = 1_048_500;
    const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size);
    const inOrder = starts.map((start) => [start, Math.min(bytes.length, start + size)] as const);
    for (const [number, order] of [inOrder, inOrder.toReversed()].entries()) {
      const part = sink.part(id(number));
      for (const [start, end] of order) await part.write(bytes.subarray(start, end), start);
      await part.sync();
      await sink.publish(id(number), `shop/${number}`, look, published(bytes, id(number)));
      const file = join(folder, 'shop', String(number));
      assert.ok((await readFile(file)).equals(bytes));
      const { blocks } = await stat(file);
      assert.ok(blocks * 512 < mebibyte, `${blocks * 512} bytes`);
    }
    const part = sink.part(id(9));
    await Promise.all(inOrder.map(([start, end]) => part.write(bytes.subarray(start, end), start)));
    await sink.publish(id(9), 'shop/9', look, published(bytes, id(9)));
    assert.ok((await readFile(join(folder, 'shop/9'))).equals(bytes));
  });
}

test('Zeros replace what stands in a temporary file already', async (t) => {
  const { folder, sink } = await sinkOn(t);
  const part = sink.part(id(1));
  await part.write(noise(300_000), 0);
  await part.close();
  const bytes = Buffer.concat([Buffer.alloc(200_000), noise(100_000), Buffer.alloc(700_000)]);
  await part.write(bytes, 0);
  await sink.publish(id(1), 'shop/a', look, published(bytes, id(1)));
  assert.ok((await readFile(join(folder, 'shop/a'))).equals(bytes));
});

test('A temporary file that its owner may not open any more, and cannot change, is missed', async (t) => {
  const { sink } = await sinkOn(
    t,
    new RefusingCalls((call, [path]) =>
      call === 'open' && String(path).endsWith(id(1)) ? refusedFor() : undefined,
    ),
  );
  let isRefused = false;
  const refusedFor = (): string | undefined => (isRefused ? 'EACCES' : undefined);
  await sink.part(id(1)).write(noise(10), 0);
  await sink.part(id(1)).close();
  isRefused = true;
  await assert.rejects(sink.part(id(1)).sync(), VanishedError);
});

test('What somebody else lays among the temporary files keeps nothing from beginning', async (t) => {
  const { folder, sink } = await sinkOn(t);
  await sink.part(id(1)).write(noise(100), 0);
  await sink.close();
  const parts = join(folder, '.sluice/parts');
  await mkdir(join(parts, '@eaDir/inside'), { recursive: true });
  const again = await openDiskSink(folder);
  t.after(() => again.close());
  assert.deepEqual(await again.unfinished(), []);
  assert.deepEqual(await readdir(parts), ['@eaDir']);
});

test('What a run left under both names is done with; what somebody else has a second name for is gone on with', async (t) => {
  const folder = await temporaryFolder(t);
  const [parts, elsewhere] = [join(folder, '.sluice/parts'), await temporaryFolder(t)];
  const bytes = noise(1000);
  const sink = await openDiskSink(folder);
  for (const number of [1, 2]) await sink.part(id(number)).write(bytes, 0);
  await sink.checkpoint([unfinished(id(1), 1000), { ...unfinished(id(2), 1000), path: 'b' }]);
  await sink.close();
  await mkdir(join(folder, 'shop'));
  // Published by a second name, and killed before the first was taken away.
  await link(join(parts, id(1)), join(folder, 'shop/a'));
  // As backups do that make hard links.
  await link(join(parts, id(2)), join(elsewhere, 'kept'));
  const next = await openDiskSink(folder);
  t.after(() => next.close());
  const left = await next.unfinished();
  assert.deepEqual(
    left.map(({ path, ranges }) => [path, ranges]),
    [
      ['a', []],
      ['b', [[0, 1000]]],
    ],
  );
  assert.deepEqual([existsSync(join(parts, id(1))), existsSync(join(parts, id(2)))], [false, true]);
  assert.deepEqual(await readFile(join(folder, 'shop/a')), Buffer.from(bytes));
});

test('Holes beside data are holes as far as at the source, wherever a file is cut', async (t) => {
  const { folder, sink } = await sinkOn(t, new DiskCalls(true));
  const [bytes, size] = [Buffer.alloc(8 * mebibyte), 1_048_500];
  // Data near the beginning and the end of each chunk, and holes of less than 32 KiB between.
  const blocks = new Set<number>();
  for (let at = size; at < bytes.length; at += size)
    for (const block of [Math.floor(at / 4096) - 5, Math.floor(at / 4096) + 5]) {
      noise(4096).copy(bytes, block * 4096);
      blocks.add(block);
    }
  const part = sink.part(id(1));
  for (let at = 0; at < bytes.length; at += size) await part.write(bytes.subarray(at, at + size), at);
  await part.sync();
  await sink.publish(id(1), 'shop/a', look, published(bytes, id(1)));
  const file = join(folder, 'shop/a');
  assert.ok((await readFile(file)).equals(bytes));
  const taken = (await stat(file)).blocks * 512;
  assert.ok(taken <= blocks.size * 4096, `${taken} bytes for ${blocks.size * 4096}`);
});
