import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { chmod, mkdir, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { sourceContract } from '../../../test/contracts/source.ts';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { waitFor } from '../../../test/support/wait.ts';
import type { Selection, Source, Unsendable } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { isLocalTree } from './mounts.ts';
import { openDiskSource } from './source.ts';

sourceContract('A directory as a source', async (t) => {
  const folder = await temporaryFolder(t);
  const write = async (path: string, text: string, mode?: number): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    if (mode !== undefined) await chmod(join(folder, path), mode);
  };
  return {
    source: await openDiskSource(folder),
    write,
    replace: async (path, text) => {
      const other = join(await temporaryFolder(t), 'other');
      await writeFile(other, text);
      await rename(other, join(folder, path));
    },
    setTime: (path, nanoseconds) => {
      const seconds = Number(BigInt(nanoseconds) / 1000n) / 1e6;
      return utimes(join(folder, path), seconds, seconds);
    },
    remove: (path) => rm(join(folder, path)),
  };
});

const everything: Selection = { file: () => true, folder: () => true };

async function listed(source: Source) {
  const unsendable: Unsendable[] = [];
  const files = await Array.fromAsync(source.list(everything, (what) => unsendable.push(what)));
  return { paths: files.map(({ path }) => path).toSorted(), unsendable };
}

/** A folder with a file, a folder, and links to both, to itself, to nothing and in a circle. */
async function linkedFolder(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  await writeFile(join(outside, 'far'), 'far away');
  await mkdir(join(folder, 'dir'));
  await writeFile(join(folder, 'file'), 'x');
  await writeFile(join(folder, 'dir', 'inner'), 'x');
  await symlink('file', join(folder, 'link-to-file'));
  await symlink('dir', join(folder, 'a-link-to-dir'));
  await symlink(outside, join(folder, 'link-out'));
  await symlink('..', join(folder, 'dir', 'up'));
  await symlink('nothing', join(folder, 'broken'));
  await symlink('circle', join(folder, 'circle'));
  return folder;
}

test('Symbolic links are passed over', async (t) => {
  const source = await openDiskSource(await linkedFolder(t));
  assert.deepEqual(await listed(source), { paths: ['dir/inner', 'file'], unsendable: [] });
  assert.equal(await source.look('link-to-file'), undefined);
  await assert.rejects(source.open('link-to-file'), { code: 'ELOOP' });
});

test('Links are followed when asked for, to every place they lead to, and never in circles', async (t) => {
  const source = await openDiskSource(await linkedFolder(t), { links: 'follow' });
  const { paths, unsendable } = await listed(source);
  // What leads nowhere is no file; what cannot be followed may lead to one.
  assert.deepEqual(
    unsendable.map(({ path }) => path),
    ['circle'],
  );
  assert.match(unsendable[0]!.reason, /the link cannot be followed: ELOOP/);
  const others: Selection = { file: (path) => path !== 'circle', folder: (path) => path !== 'circle' };
  await Array.fromAsync(source.list(others, ({ path }) => assert.fail(path)));
  assert.deepEqual(paths, ['a-link-to-dir/inner', 'dir/inner', 'file', 'link-out/far', 'link-to-file']);
  assert.equal((await source.look('link-to-file'))?.size, 1);
});

test('A name that is not UTF-8 is told, and the others are listed', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'good'), 'x');
  await writeFile(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff, 0xfe])]), 'x');
  const { paths, unsendable } = await listed(await openDiskSource(folder));
  assert.deepEqual(paths, ['good']);
  assert.equal(unsendable.length, 1);
  assert.match(unsendable[0]!.reason, /not UTF-8: rename it/);
});

test('A name that is not UTF-8 is told where it would be sent under another one, and nowhere else', async (t) => {
  const folder = await temporaryFolder(t);
  const bad = (name: string): Buffer =>
    Buffer.concat([Buffer.from(`${folder}/${name}`), Buffer.from([0xff])]);
  await writeFile(bad('left-out'), 'x');
  await mkdir(bad('folder-left-out'));
  await symlink('nothing', bad('link'));
  await writeFile(bad('file'), 'x');
  await mkdir(bad('folder'));
  const wanted = (path: string): boolean => !path.includes('left-out');
  const unsendable: string[] = [];
  const source = await openDiskSource(folder);
  await Array.fromAsync(source.list({ file: wanted, folder: wanted }, ({ path }) => unsendable.push(path)));
  assert.deepEqual(unsendable.toSorted(), ['file\ufffd', 'folder\ufffd']);
});

test('A path longer than the system takes is told, and the others are listed', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'good'), 'x');
  // Too deep to be made where it stands: it is moved there.
  const half = Array.from({ length: 15 }, () => 'd'.repeat(130)).join('/');
  await mkdir(join(folder, 'one', half), { recursive: true });
  await mkdir(join(folder, 'two', half), { recursive: true });
  await writeFile(join(folder, 'two', half, 'f'.repeat(200)), 'x');
  await rename(join(folder, 'two'), join(folder, 'one', half, 'two'));
  const { paths, unsendable } = await listed(await openDiskSource(folder));
  await rename(join(folder, 'one', half, 'two'), join(folder, 'two'));
  assert.deepEqual(paths, ['good']);
  assert.ok(unsendable.length > 0);
});

test('A source that is no readable directory is refused with the way out', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), 'x');
  await assert.rejects(
    openDiskSource(join(folder, 'nothing')),
    /the folder .*nothing.*make it, or name another/,
  );
  const below = openDiskSource(join(folder, 'x'.repeat(300)));
  await assert.rejects(below, (error: Error) => !/make it/.test(error.message));
  await assert.rejects(openDiskSource(join(folder, 'file')), /file is not a directory/);
});

test('A root that goes away makes the walk throw, and does not look like an empty source', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'root'));
  const source = await openDiskSource(join(folder, 'root'));
  await rm(join(folder, 'root'), { recursive: true });
  await assert.rejects(listed(source), { code: 'ENOENT' });
});

test('Sockets and pipes are no files', async (t) => {
  const folder = await temporaryFolder(t);
  const { createServer } = await import('node:net');
  const server = createServer().listen(join(folder, 'socket'));
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  assert.deepEqual((await listed(await openDiskSource(folder))).paths, []);
});

test('A pipe that took the place of a file is not waited for', async (t) => {
  const folder = await temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const source = await openDiskSource(folder, { links: 'follow' });
  let isOpen = false;
  const opened = source.open('pipe').finally(() => {
    isOpen = true;
  });
  try {
    await waitFor(() => isOpen, { what: 'the opened pipe' });
  } finally {
    // A call that does wait would hold up the tests behind this one.
    await (await open(pipe, 'r+')).close();
  }
  const file = await opened;
  await assert.rejects(file.read(Buffer.alloc(1), 0), { code: 'ESPIPE' });
  await file.close();
});

test('Calls are made in place only where no link can lead to another disk', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), 'x');
  const openInPlace = t.mock.method(fs, 'openSync');
  syncBuiltinESMExports();
  t.after(() => {
    openInPlace.mock.restore();
    syncBuiltinESMExports();
  });
  for (const followSymlinks of [false, true]) {
    const source = await openDiskSource(folder, { links: followSymlinks ? 'follow' : 'skip' });
    await (await source.open('file')).close();
    const expected = !followSymlinks && (await isLocalTree(folder)) ? 1 : 0;
    assert.equal(openInPlace.mock.callCount(), expected);
    openInPlace.mock.resetCalls();
  }
});

test('A small file is read at once when it has as many bytes as it is to have, and nothing is in its way', async (t) => {
  const folder = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop/a'), 'receipt');
  await writeFile(join(folder, 'shop/empty'), '');
  await writeFile(join(outside, 'secret'), 'receipt');
  await symlink(join(outside, 'secret'), join(folder, 'shop/link'));
  await symlink(outside, join(folder, 'linked'));
  const source = await openDiskSource(folder, { calls: new DiskCalls(true, () => 0) });
  const readAtOnce = (path: string, size: number): string | undefined => {
    const into = Buffer.alloc(size);
    const look = source.readAtOnce?.(path, into);
    if (look === undefined) return undefined;
    assert.equal(look.path, path);
    assert.equal(look.size, size);
    return into.toString();
  };
  // Whether the system says where open files stand is asked by the first that is opened in the ordinary way.
  await (await source.open('shop/a')).close();
  assert.equal(readAtOnce('shop/a', 7), process.platform === 'linux' ? 'receipt' : undefined);
  assert.equal(readAtOnce('shop/empty', 0), process.platform === 'linux' ? '' : undefined);
  for (const size of [6, 8, 0]) assert.equal(readAtOnce('shop/a', size), undefined);
  for (const path of ['shop/link', 'linked/secret', 'shop', 'missing'])
    assert.equal(readAtOnce(path, 7), undefined);
  const slow = await openDiskSource(folder, { calls: new DiskCalls(false) });
  await (await slow.open('shop/a')).close();
  assert.equal(slow.readAtOnce?.('shop/a', Buffer.alloc(7)), undefined);
});
