/** Folders that are swapped for links while files come and go. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Published, Selection } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { InPlace } from './in-place.ts';
import { openDiskSink } from './sink.ts';
import { openDiskSource } from './source.ts';
import { Way } from './way.ts';

const look = { mtime: '1700000000123456000', mode: 0o644 };
const one = '1'.repeat(32);

function published(text: string): Published {
  return { upload: one, size: text.length, digest: digestOf('md5', Buffer.from(text)) };
}

async function swap(folder: string, path: string, target: string): Promise<void> {
  await rename(join(folder, path), join(folder, 'moved'));
  await symlink(target, join(folder, path));
}

test('A folder that the sink has used already, and that was swapped for a link, is not written through', async (t) => {
  for (const swapped of ['shop', 'shop/deep', 'shop/deep/er']) {
    const folder = await temporaryFolder(t);
    const outside = await temporaryFolder(t);
    await mkdir(join(outside, 'deep/er'), { recursive: true });
    await mkdir(join(outside, 'er'));
    const sink = await openDiskSink(folder);
    t.after(() => sink.close());
    await sink.publishWhole(Buffer.from('x'), 'shop/deep/er/a', look, published('x'));
    await swap(folder, swapped, outside);
    const refused = { code: 'ELOOP' };
    await assert.rejects(
      sink.publishWhole(Buffer.from('y'), 'shop/deep/er/a', look, published('y')),
      refused,
    );
    await assert.rejects(
      sink.publishWhole(Buffer.from('y'), 'shop/deep/er/new/b', look, published('y')),
      refused,
    );
    await sink.part(one).write(Buffer.from('y'), 0);
    await assert.rejects(sink.publish(one, 'shop/deep/er/a', look, published('y')), refused);
    await assert.rejects(sink.quarantine(one, 'shop/deep/er/a.DIGEST_MISMATCH'), refused);
    const left = (await readdir(outside, { recursive: true })).toSorted();
    assert.deepEqual(left, ['deep', 'deep/er', 'er']);
  }
});

test('A folder swapped for a link between the look and the rename: the file goes to the folder that was looked at', async (t) => {
  const folder = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  const calls = new DiskCalls(true);
  const sink = await openDiskSink(folder, { calls });
  t.after(() => sink.close());
  const make = calls.rename.bind(calls);
  calls.rename = async (from, to) => {
    await swap(folder, 'shop', outside);
    await make(from, to);
  };
  await sink.publishWhole(Buffer.from('x'), 'shop/a', look, published('x'));
  assert.deepEqual(await readdir(outside), []);
  assert.deepEqual(await readdir(join(folder, 'moved')), ['a']);
});

test('What stands behind a link that took a folder’s place does not stand at the sink', async (t) => {
  const folder = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'a'), 'x');
  await symlink(outside, join(folder, 'shop'));
  const sink = await openDiskSink(folder);
  t.after(() => sink.close());
  assert.equal(await sink.digestOfTarget('shop/a', 'md5'), undefined);
});

test('Files that come at once into a new folder: it is made, opened and asked about once for all of them', async (t) => {
  const folder = await temporaryFolder(t);
  const made = { folders: 0, opened: 0, asked: 0 };
  class CountedInPlace extends InPlace {
    override pathOf(file: number): string {
      made.asked++;
      return super.pathOf(file);
    }
  }
  class Counted extends DiskCalls {
    readonly #inPlace = new CountedInPlace(
      () => 0,
      () => {},
    );
    override get atOnce(): InPlace | undefined {
      return this.here === undefined ? undefined : this.#inPlace;
    }
    override async makeFolder(path: string): Promise<void> {
      made.folders++;
      await super.makeFolder(path);
    }
    override async open(...args: Parameters<DiskCalls['open']>): Promise<number> {
      if (!args[0].includes('.sluice')) made.opened++;
      return super.open(...args);
    }
    override async pathOf(file: number): Promise<string> {
      made.asked++;
      return super.pathOf(file);
    }
  }
  for (const isLocal of [true, false]) {
    const sink = await openDiskSink(join(folder, String(isLocal)), { calls: new Counted(isLocal) });
    t.after(() => sink.close());
    Object.assign(made, { folders: 0, opened: 0, asked: 0 });
    const publish = (name: number): Promise<unknown> =>
      sink.publishWhole(Buffer.from('x'), `shop/new/${name}`, look, published('x'));
    await Promise.all(Array.from({ length: 100 }, (_, name) => publish(name)));
    // Elsewhere no folder is opened: the system does not say where it stands.
    assert.deepEqual([made.folders, made.opened], [2, process.platform === 'linux' ? 3 : 0]);
    // The root and two folders when they are opened, and the first two once more before their folder is made in them.
    assert.ok(made.asked <= 6, `asked ${made.asked} times`);
    assert.equal((await readdir(join(folder, String(isLocal), 'shop/new'))).length, 100);
  }
});

const everything: Selection = { file: () => true, folder: () => true };

test('A folder of the source that was swapped for a link after it was listed: no file outside is sent', async (t) => {
  for (const swapped of ['dir', 'dir/deep']) {
    const folder = await temporaryFolder(t);
    const outside = await temporaryFolder(t);
    await mkdir(join(folder, 'dir/deep'), { recursive: true });
    await mkdir(join(outside, 'deep'));
    for (const place of [join(folder, 'dir/deep'), outside, join(outside, 'deep')])
      await writeFile(join(place, 'a'), place === outside ? 'secret' : 'mine');
    const source = await openDiskSource(folder);
    const seen = await Array.fromAsync(source.list(everything, () => {}));
    assert.deepEqual(
      seen.map(({ path }) => path),
      ['dir/deep/a'],
    );
    await swap(folder, swapped, outside);
    await assert.rejects(source.open('dir/deep/a'), { code: 'ELOOP' });
    assert.equal(await source.look('dir/deep/a'), undefined);
    const later = await Array.fromAsync(source.list(everything, () => {}));
    assert.ok(later.every(({ path }) => path.startsWith('moved/')));
    const following = await openDiskSource(folder, { links: 'follow' });
    await (await following.open('dir/deep/a')).close();
  }
});

test('A source whose own path is a link, also one that is changed, is read where it leads', async (t) => {
  const [first, second, folder] = [
    await temporaryFolder(t),
    await temporaryFolder(t),
    await temporaryFolder(t),
  ];
  const link = join(folder, 'current');
  for (const place of [first, second]) await writeFile(join(place, 'a'), place);
  await symlink(first, link);
  const source = await openDiskSource(link);
  for (const place of [first, second]) {
    await rm(link);
    await symlink(place, link);
    const file = await source.open('a');
    const buffer = Buffer.alloc(1000);
    assert.equal(buffer.subarray(0, await file.read(buffer, 0)).toString(), place);
    await file.close();
  }
});

test('A file that took another one’s place while it was opened is none', async (t) => {
  const folder = await temporaryFolder(t);
  const calls = new DiskCalls(true);
  for (const name of ['a', 'b']) await writeFile(join(folder, name), name);
  const way = new Way({ calls, root: folder, realRoot: folder });
  const open = calls.open.bind(calls);
  calls.open = async (path, flags) => {
    const file = await open(path, flags);
    await rename(join(folder, 'b'), join(folder, 'a'));
    return file;
  };
  await assert.rejects(way.open('a', 0), { code: 'ENOENT' });
  assert.equal(await readFile(join(folder, 'a'), 'utf8'), 'b');
});
