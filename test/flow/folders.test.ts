/** Folders that are sent as folders: empty ones, their permissions, their times. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, rmdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { encodeFolders } from '../../src/records/folder-record.ts';
import { encodeRemove } from '../../src/records/remove-record.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { list } from '../support/look.ts';
import { folders, mirror } from '../support/mirror-folders.ts';

const how = { ...mirror, folders: true, maxDelete: { percent: 100 } } as const;
const id = (version: number): string => `${String(version).padStart(16, '0')}aaaaaaaaaaaaaaaa`;
const mtime = '1700000000123456000';

async function mirrored(t: TestContext) {
  const all = await folders(t);
  const up = async (options = {}) =>
    all.flow.up({ ...how, ...options }, { source: await openDiskSource(all.from, { folders: true }) });
  const both = async (): Promise<void> => {
    assert.equal((await up()).failed, 0, 'sent');
    assert.equal((await all.down()).failed, 0, 'received');
    for (const path of ['', ...(await foldersBelow(all.from))]) {
      assert.equal(look(join(all.shop, path)), look(join(all.from, path)), path);
    }
  };
  return { ...all, up, both };
}

/** Permissions, and the time to the microsecond. */
function look(folder: string): string {
  const { mode, mtimeNs } = statSync(folder, { bigint: true });
  return `${(mode & 0o777n).toString(8)} ${mtimeNs / 1000n}`;
}

async function foldersBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

test('Folders are as they are at the source: empty ones too, with permissions and times, whatever is put into them; a replay changes nothing', async (t) => {
  const { flow, from, shop, write, up, down, both } = await mirrored(t);
  await mkdir(join(from, 'empty/deep'), { recursive: true });
  await write('d/e/file');
  await write('top');
  await chmod(join(from, 'empty'), 0o750);
  await utimes(join(from, 'd/e'), 1000, 1_000_000.123456);
  await utimes(join(from, 'd'), 1000, 2_000_000);
  await utimes(from, 1000, 3_000_000);
  await both();
  assert.equal(flow.told('folder-sent').length, 5);
  assert.deepEqual([(await up()).records, flow.told('folder-sent').length], [0, 5]);
  // What comes into one changes its time, here and there.
  await write('d/e/other');
  await rm(join(from, 'd/e/file'));
  await both();
  assert.equal(flow.told('folder-sent').length, 6, 'only what changed is told');
  const before = lstatSync(join(shop, 'd/e'), { bigint: true }).ctimeNs;
  await down({ reset: true });
  assert.equal(lstatSync(join(shop, 'd/e'), { bigint: true }).ctimeNs, before);
  const states = (await list(flow)).map(({ path, state }) => `${path} ${state}`).sort();
  assert.deepEqual(states.slice(0, 3), ['. folder', 'd folder', 'd/e folder']);
});

test('Folders that nobody may write to are written to, and are as they were told afterwards', async (t) => {
  const { from, shop, write, both } = await mirrored(t);
  await write('shut/in/file');
  for (const path of ['shut/in', 'shut']) await chmod(join(from, path), 0o555);
  await both();
  await write('shut/in/more');
  await rename(join(from, 'shut/in/file'), join(from, 'shut/file'));
  await mkdir(join(from, 'shut/new'));
  await both();
  assert.equal(statSync(join(shop, 'shut/in')).mode & 0o777, 0o555);
  assert.ok(existsSync(join(shop, 'shut/file')) && !existsSync(join(shop, 'shut/in/file')));
});

test('Folders that go, go; those that are told of stay when they are emptied', async (t) => {
  const { from, shop, write, both } = await mirrored(t);
  await write('a/b/file');
  await mkdir(join(from, 'c/d'), { recursive: true });
  await both();
  await rm(join(from, 'a/b/file'));
  await rmdir(join(from, 'c/d'));
  await both();
  assert.ok(existsSync(join(shop, 'a/b')) && !existsSync(join(shop, 'c/d')));
  await rm(join(from, 'a'), { recursive: true });
  await rename(join(from, 'c'), join(from, 'e'));
  await both();
  assert.deepEqual(await foldersBelow(shop), ['e']);
});

test('Files, links and folders take the place of each other', async (t) => {
  const { from, write, both } = await mirrored(t);
  await write('a');
  await write('b/c/file');
  await symlink('a', join(from, 'l'));
  await both();
  await rm(join(from, 'a'));
  await rm(join(from, 'b'), { recursive: true });
  await write('a/x/file');
  await write('b');
  await both();
  await rm(join(from, 'a'), { recursive: true });
  await rm(join(from, 'b'));
  await mkdir(join(from, 'b'));
  await writeFile(join(from, 'a'), 'again');
  await both();
});

test('A folder that becomes a link has nothing below it any more, whatever the link leads to', async (t) => {
  const { flow, from, shop, down } = await mirrored(t);
  await mkdir(join(from, 'd/c'), { recursive: true });
  await mkdir(join(from, 'e/c'), { recursive: true });
  const up = async () =>
    flow.up(
      { ...how, links: 'keep' },
      { source: await openDiskSource(from, { folders: true, links: 'keep' }) },
    );
  await up();
  await down();
  await rm(join(from, 'd'), { recursive: true });
  await symlink('e', join(from, 'd'));
  await rm(join(from, 'e'), { recursive: true });
  await symlink('e', join(from, 'e'));
  assert.equal((await up()).failed + (await down()).failed, 0);
  assert.ok(['d', 'e'].every((name) => lstatSync(join(shop, name)).isSymbolicLink()));
});

test('Without the wish folders are not sent, nor told as gone; what is left out is not sent either', async (t) => {
  const { flow, from, shop, write, up, down } = await mirrored(t);
  await write('in/file');
  await mkdir(join(from, 'out/deep'), { recursive: true });
  await mkdir(join(from, '.hidden'));
  await up({ exclude: ['out'] });
  assert.deepEqual(
    flow.told('folder-sent').map(({ path }) => path),
    ['.', 'in'],
  );
  await up();
  const plain = { source: await openDiskSource(from) };
  await flow.up(mirror, plain);
  assert.equal(flow.told('deletion-sent').length, 0);
  await rmdir(join(from, 'out/deep'));
  await flow.up(mirror, plain);
  assert.deepEqual(
    flow.told('deletion-sent').map(({ path }) => path),
    ['out/deep'],
  );
  await down();
  assert.deepEqual((await foldersBelow(shop)).sort(), ['in', 'out']);
});

test('An emptied source has a folder still: nothing is taken for removed', async (t) => {
  const { flow, from, write, up } = await mirrored(t);
  await write('file');
  await write('d/other');
  await up();
  await rm(join(from, 'file'));
  await rm(join(from, 'd'), { recursive: true });
  const summary = await up({ maxDelete: undefined });
  assert.deepEqual([summary.failed, flow.told('deletion-sent').length], [1, 0]);
});

test('The newest version of a name counts, in whatever order folders, removals and files come', async (t) => {
  const { flow, shop, down } = await folders(t);
  const folder = (path: string, version: number, mode = 0o700) => ({
    partition: 0,
    record: encodeFolders('shop', [{ path, upload: id(version), mode, mtime }]),
  });
  const gone = (path: string, version: number) => ({
    partition: 0,
    record: encodeRemove('shop', [{ path, upload: id(version) }]),
  });
  await flow.append([
    gone('late', 2),
    folder('late', 1),
    folder('again', 1),
    gone('again', 2),
    folder('again', 3),
  ]);
  await flow.append([folder('mode', 5, 0o711), folder('mode', 4, 0o777), folder('.', 1, 0o751)]);
  assert.equal((await down()).failed, 0);
  assert.deepEqual((await foldersBelow(shop)).sort(), ['again', 'mode']);
  assert.equal(look(join(shop, 'mode')), `711 ${BigInt(mtime) / 1000n}`);
  assert.equal(look(shop), `751 ${BigInt(mtime) / 1000n}`);
});

test('A folder is never made behind a link, nor in the place of what was not received, nor with bits that run as another user', async (t) => {
  const { flow, to, shop, down } = await folders(t);
  const outside = join(to, '..', 'outside');
  await mkdir(join(outside, 'd'), { recursive: true });
  chmodSync(join(outside, 'd'), 0o755);
  await mkdir(shop, { recursive: true });
  await symlink(outside, join(shop, 'link'));
  await writeFile(join(shop, 'own'), 'of somebody else');
  const paths = ['link', 'link/d', 'link/new', 'own', 'bits'];
  const entries = paths.map((path, index) => ({ path, upload: id(index + 1), mode: 0o7777, mtime }));
  await flow.append([{ partition: 0, record: encodeFolders('shop', entries) }]);
  assert.equal((await down()).failed, 4);
  assert.deepEqual(await foldersBelow(outside), ['d']);
  assert.equal(statSync(join(outside, 'd')).mode & 0o7777, 0o755);
  assert.ok(lstatSync(join(shop, 'own')).isFile() && lstatSync(join(shop, 'link')).isSymbolicLink());
  assert.equal(statSync(join(shop, 'bits')).mode & 0o7777, 0o777);
});

test('A sink without folders says so once, and takes the files', async (t) => {
  const { flow, write, up } = await mirrored(t);
  await write('d/file');
  await up();
  const summary = await flow.down();
  assert.deepEqual([summary.failed, summary.files], [0, 1]);
  assert.equal(flow.told('warning').filter(({ message }) => message.includes('folders')).length, 1);
});

test('What takes the place of a folder whose files are just going is no failure; where something stays in that, it is told, once', async (t) => {
  const { flow, from, shop, write, up, down } = await mirrored(t);
  for (const path of ['a/1', 'a/b/2', 'c/3', 'stays']) await write(path);
  await up();
  await down();
  for (const name of ['a', 'c']) {
    await rm(join(from, name), { recursive: true });
    await write(name, 'a file');
  }
  await writeFile(join(shop, 'c/theirs'), 'of somebody else');
  await up();
  const summary = await down();
  assert.ok(lstatSync(join(shop, 'a')).isFile());
  assert.deepEqual([summary.failed, flow.told('failed').length], [1, 1]);
  assert.match(flow.told('failed')[0]!.message, /shop\/c is a folder, where a file is needed/);
  await rm(join(shop, 'c'), { recursive: true });
  assert.equal((await down()).failed, 0);
  assert.ok(lstatSync(join(shop, 'c')).isFile());
});

test('A folder that may not stand where it belongs is told by its own name', async (t) => {
  const { flow, write, up, down } = await mirrored(t);
  await write('a');
  await up();
  assert.equal((await down({}, 'shop')).failed, 2);
  const paths = flow.told('failed').map(({ path }) => path);
  assert.deepEqual(paths.toSorted(), ['.', 'a']);
});
