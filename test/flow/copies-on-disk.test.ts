import assert from 'node:assert/strict';
import { chmod, link, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import type { Source } from '../../src/stores/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const made = new Map<number, Uint8Array>();

/** The same bytes for the same length. */
function fixed(length: number): Uint8Array {
  const bytes = made.get(length) ?? noise(length);
  made.set(length, bytes);
  return bytes;
}

const size = 100_000;

async function onDisk(t: TestContext) {
  const from = await temporaryFolder(t);
  const to = await temporaryFolder(t);
  const flow = new Flow({ maxMessageBytes: 20_000 });
  const opened: string[] = [];
  const counted = (source: Source): Source => ({
    ...{ place: source.place, abilities: source.abilities },
    list: (selection, unsendable) => source.list(selection, unsendable),
    look: (path) => source.look(path),
    open: (path) => {
      opened.push(path);
      return source.open(path);
    },
    readAtOnce: (path, into) => {
      opened.push(path);
      return source.readAtOnce?.(path, into);
    },
    rootId: () => source.rootId(),
    watch: (hint, selection) => source.watch(hint, selection),
  });
  return {
    ...{ flow, from, to, opened },
    /** Bytes that went over the wire, and the files that were opened for it. */
    up: async (options: Partial<UploadOptions> = {}) => {
      opened.length = 0;
      const on = { source: counted(await openDiskSource(from)) };
      const { wireBytes } = await flow.up({ packBelow: 1000, notTwice: 'auto', ...options }, on);
      return { wireBytes, opened: opened.toSorted() };
    },
    down: async () => flow.down({}, { sink: await openDiskSink(to) }),
    digest: async (path: string) => sha256(await readFile(join(to, 'shop', path))),
  };
}

test('A folder with another name: its files are not even opened, and are there under their new names', async (t) => {
  const { from, up, down, digest } = await onDisk(t);
  await mkdir(join(from, 'old'));
  for (const name of ['a', 'b']) await writeFile(join(from, 'old', name), fixed(size));
  await writeFile(join(from, 'old', 'b'), fixed(size + 1));
  assert.equal((await up()).wireBytes, 2 * size + 1);
  await down();
  await rename(join(from, 'old'), join(from, 'new'));
  assert.deepEqual(await up(), { wireBytes: 0, opened: [] });
  assert.equal((await down()).failed, 0);
  assert.deepEqual(
    [await digest('new/a'), await digest('new/b')],
    [sha256(fixed(size)), sha256(fixed(size + 1))],
  );
});

test('A small file of a pack in a renamed folder is a copy too, whoever has the pack', async (t) => {
  const { from, to, up, down, digest } = await onDisk(t);
  await mkdir(join(from, 'old'));
  for (const n of [1, 2, 3]) await writeFile(join(from, 'old', `${n}`), fixed(500 + n));
  await up();
  await down();
  await rename(join(from, 'old'), join(from, 'new'));
  assert.deepEqual(await up({ notTwice: 'always' }), { wireBytes: 0, opened: [] });
  await rm(join(to, 'shop', 'old', '2'));
  assert.equal((await down()).failed, 0);
  for (const n of [1, 2, 3]) assert.equal(await digest(`new/${n}`), sha256(fixed(500 + n)));
});

test('A file that was renamed, linked or touched by itself is read, and its bytes are not sent', async (t) => {
  const { from, up, down, digest } = await onDisk(t);
  await writeFile(join(from, 'a'), fixed(size));
  await up();
  await rename(join(from, 'a'), join(from, 'b'));
  assert.deepEqual(await up(), { wireBytes: 0, opened: ['b'] });
  await link(join(from, 'b'), join(from, 'c'));
  // The link changed the inode: of its two names one is compared, and the other looks as that one did.
  assert.equal((await up()).wireBytes, 0);
  await utimes(join(from, 'c'), 1_700_000_000, 1_700_000_000);
  assert.equal((await up()).wireBytes, 0);
  assert.equal((await down()).failed, 0);
  for (const path of ['b', 'c']) assert.equal(await digest(path), sha256(fixed(size)));
});

test('Other bytes under the inode, size and modification time of a file that was sent are sent', async (t) => {
  const { from, up, down, digest } = await onDisk(t);
  const file = join(from, 'a');
  await writeFile(file, fixed(size));
  await up();
  const { mtimeNs } = await stat(file, { bigint: true });
  const other = Uint8Array.from(fixed(size));
  other[5]! ^= 1;
  await rename(file, join(from, 'b'));
  await writeFile(join(from, 'b'), other);
  const seconds = Number(mtimeNs / 1_000_000n) / 1000;
  await utimes(join(from, 'b'), seconds, seconds);
  assert.equal((await up()).wireBytes, size);
  await down();
  assert.equal(await digest('b'), sha256(other));
});

test('A file of the sink that may not be read, is gone or leads elsewhere is no source: the topic is', async (t) => {
  const { from, to, up, down, digest } = await onDisk(t);
  for (const name of ['a', 'b', 'c']) await writeFile(join(from, name), fixed(size + name.charCodeAt(0)));
  await up();
  await down();
  await chmod(join(to, 'shop', 'a'), 0);
  await rm(join(to, 'shop', 'b'));
  await rename(join(to, 'shop', 'c'), join(to, 'moved'));
  await symlink(join(to, 'moved'), join(to, 'shop', 'c'));
  await mkdir(join(from, 'copies'));
  for (const name of ['a', 'b', 'c'])
    await writeFile(join(from, 'copies', name), fixed(size + name.charCodeAt(0)));
  assert.equal((await up()).wireBytes, 0);
  assert.equal((await down()).failed, 0);
  for (const name of ['a', 'b', 'c'])
    assert.equal(await digest(`copies/${name}`), sha256(fixed(size + name.charCodeAt(0))));
});
