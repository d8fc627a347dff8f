import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { DownloadOptions, UploadOptions } from '../../src/files/shared/options.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { craftedUpload } from '../support/crafted.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Both ends on real folders; what is between them is in memory. */
async function onDisk(t: TestContext) {
  const from = await temporaryFolder(t);
  const to = await temporaryFolder(t);
  const flow = new Flow({ maxMessageBytes: 4096 });
  return {
    ...{ flow, from, to },
    write: async (path: string, bytes: Uint8Array): Promise<void> => {
      await mkdir(dirname(join(from, path)), { recursive: true });
      await writeFile(join(from, path), bytes);
    },
    up: async (options: Partial<UploadOptions> = {}) =>
      flow.up({ packBelow: 500, ...options }, { source: await openDiskSource(from) }),
    down: async (options: Partial<DownloadOptions> = {}) =>
      flow.down(options, { sink: await openDiskSink(to) }),
  };
}

/** Path -> digest of every file below a folder. */
async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = files
    .map((file) => file.slice(folder.length + 1))
    .filter((path) => !path.startsWith('.sluice/'));
  const digests = own.toSorted().map(async (path) => [path, md5(await readFile(join(folder, path)))]);
  return Object.fromEntries(await Promise.all(digests));
}

/** Path -> inode and time of every file of the uploader. */
async function looksOf(folder: string): Promise<Record<string, string>> {
  const paths = Object.keys(await treeOf(folder));
  const looks = paths.map(async (path) => {
    const { ino, mtimeNs } = await stat(join(folder, path), { bigint: true });
    return [path, `${ino} ${mtimeNs}`];
  });
  return Object.fromEntries(await Promise.all(looks));
}

const names = ['empty', 'small', 'large', 'dir/of/files/x', 'línea\nnueva', '写真/東京.jpg', 'n'.repeat(255)];

test('A tree arrives as it is, and a replay changes neither inodes nor times', async (t) => {
  const { from, to, write, up, down } = await onDisk(t);
  for (const [index, name] of names.entries()) await write(name, noise(index * 3000));
  const past = new Date('2001-02-03T04:05:06.789Z');
  await utimes(join(from, 'large'), past, past);
  assert.equal((await up()).files, names.length);
  assert.equal((await down()).files, names.length);
  const sent = await treeOf(from);
  assert.deepEqual(await treeOf(join(to, 'shop')), sent);
  const looks = await looksOf(to);
  for (const replay of [{ reset: true }, { name: 'other' }, {}]) {
    assert.equal((await down(replay)).files, 0);
    assert.deepEqual(await looksOf(to), looks);
  }
  await rm(join(to, '.sluice'), { recursive: true });
  const again = await down();
  assert.deepEqual([again.files, again.unchanged], [0, names.length]);
  assert.deepEqual(await looksOf(to), looks);
  assert.equal(Math.floor((await stat(join(to, 'shop', 'large'))).mtimeMs), past.getTime());
});

test('An emptied sink is filled again', async (t) => {
  const { from, to, write, up, down } = await onDisk(t);
  for (const name of ['a', 'b']) await write(name, noise(5000));
  await up();
  await down();
  await rm(to, { recursive: true });
  assert.equal((await down()).files, 2);
  assert.deepEqual(await treeOf(join(to, 'shop')), await treeOf(from));
});

test('A moved source sends nothing again: its files are compared by their digests where inodes differ', async (t) => {
  const { from, write, up } = await onDisk(t);
  for (const name of ['a', 'b']) await write(name, noise(5000));
  await up();
  // A copy has other inodes and the same times, as after a restored back-up.
  for (const name of ['a', 'b']) {
    const { mtime } = await stat(join(from, name));
    const whole = new Date(Math.floor(mtime.getTime() / 1000) * 1000);
    await utimes(join(from, name), whole, whole);
  }
  await up();
  for (const name of ['a', 'b']) {
    const { mtime } = await stat(join(from, name));
    await writeFile(join(from, 'copy'), await readFile(join(from, name)));
    await utimes(join(from, 'copy'), mtime, mtime);
    await rename(join(from, 'copy'), join(from, name));
  }
  const up2 = await up();
  assert.deepEqual([up2.files, up2.unchanged], [0, 2]);
});

test('Where a folder on the way is a symbolic link, the file is told and the others arrive', async (t) => {
  const { flow, to, write, up, down } = await onDisk(t);
  const outside = await temporaryFolder(t);
  for (const path of ['linked/packed', 'linked/large', 'good']) {
    await write(path, noise(path.endsWith('large') ? 5000 : 50));
  }
  await up();
  await mkdir(join(to, 'shop'));
  await symlink(outside, join(to, 'shop', 'linked'));
  const result = await down();
  assert.deepEqual([result.files, result.failed, result.open], [1, 2, 0]);
  assert.deepEqual(await readdir(outside), []);
  assert.ok(
    flow.told('failed').every(({ reason, message }) => reason === 'sink' && /symbolic link/.test(message)),
  );
  await rm(join(to, 'shop', 'linked'));
  assert.equal((await down()).files, 2);
  assert.deepEqual(await readdir(join(to, '.sluice', 'parts')), []);
});

test('Two downloaders with different folders are two mirrors', async (t) => {
  const { flow, from, write, up, down, to } = await onDisk(t);
  const second = await temporaryFolder(t);
  await write('a', noise(5000));
  await up();
  await down();
  await flow.down({}, { sink: await openDiskSink(second) });
  assert.deepEqual(await treeOf(join(to, 'shop')), await treeOf(from));
  assert.deepEqual(await treeOf(join(second, 'shop')), await treeOf(from));
});

test('A source below a sink, or a sink in a source: what the sink keeps for itself is not sent', async (t) => {
  const { flow, to, down } = await onDisk(t);
  const records = craftedUpload({ path: 'a', bytes: noise(900), uploader: 'far' });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  await down();
  await flow.up({ hidden: true, name: 'relay' }, { source: await openDiskSource(to) });
  assert.deepEqual(
    flow.told('sent').map(({ path }) => path),
    ['far/a'],
  );
});
