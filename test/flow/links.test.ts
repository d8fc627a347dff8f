/** Symbolic links that are kept as links. */
import assert from 'node:assert/strict';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeLinks } from '../../src/records/link-record.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { list } from '../support/look.ts';
import { folders, mirror, tree } from '../support/mirror-folders.ts';

const keep = { ...mirror, links: 'keep' } as const;

test('Links are sent as links, with their times, and again when they change; a replay changes nothing', async (t) => {
  const { flow, from, to, shop, write, down } = await folders(t);
  const up = async () => flow.up(keep, { source: await openDiskSource(from, { links: 'keep' }) });
  await write('d/file');
  await symlink('d/file', join(from, 'to file'));
  await symlink('../d', join(from, 'd/to folder'));
  await symlink('nowhere', join(from, 'to nothing'));
  const first = await up();
  assert.deepEqual([first.files, first.failed, flow.told('link-sent').length], [1, 0, 3]);
  const received = await down();
  assert.deepEqual([received.failed, flow.told('linked').length], [0, 3]);
  for (const path of ['to file', 'd/to folder', 'to nothing']) {
    assert.equal(readlinkSync(join(shop, path)), readlinkSync(join(from, path)));
    const [here, there] = [lstatSync(join(shop, path)), lstatSync(join(from, path))];
    assert.ok(Math.abs(here.mtimeMs - there.mtimeMs) < 1);
  }
  assert.deepEqual([(await up()).records, flow.told('link-sent').length], [0, 3]);
  await rm(join(from, 'to file'));
  await symlink('elsewhere', join(from, 'to file'));
  await up();
  await down();
  assert.equal(readlinkSync(join(shop, 'to file')), 'elsewhere');
  const { ino } = lstatSync(join(shop, 'to file'));
  await down({ reset: true });
  assert.equal(lstatSync(join(shop, 'to file')).ino, ino);
  await rm(join(from, 'to file'));
  await up();
  await down();
  assert.deepEqual(await tree(shop), await tree(from));
  const states = (await list(flow)).map(({ path, state }) => `${path} ${state}`);
  assert.deepEqual(states.sort(), ['d/file complete', 'd/to folder link', 'to nothing link']);
  assert.ok(existsSync(to));
});

test('Links that lead out of the tree are refused, and told, unless the sink says otherwise', async (t) => {
  const { flow, from, shop, down } = await folders(t);
  await mkdir(join(from, 'd'));
  const out = { absolute: '/etc/passwd', up: '../x', 'd/up': '../../x', 'd/round': 'e/../../../x' };
  for (const [path, target] of Object.entries(out)) await symlink(target, join(from, path));
  await symlink('../in', join(from, 'd/in'));
  await flow.up(keep, { source: await openDiskSource(from, { links: 'keep' }) });
  const summary = await down();
  assert.equal(summary.failed, 4);
  assert.ok(flow.told('failed').every(({ reason }) => reason === 'refused-name'));
  assert.deepEqual(await tree(shop), ['d/in']);
  const all = await down({ reset: true, unsafeLinks: true });
  assert.equal(all.failed, 0);
  assert.deepEqual(await tree(shop), await tree(from));
});

test('Nothing is written through a link that a producer had made', async (t) => {
  const root = await temporaryFolder(t);
  const flow = new Flow();
  await mkdir(join(root, 'outside'));
  const link = { path: 'd', upload: '0'.repeat(32), target: join(root, 'outside'), mtime: '1' };
  await flow.append([{ partition: 0, record: encodeLinks('shop', [link]) }]);
  flow.source.write('d/a', noise(100));
  await flow.up();
  const sink = await openDiskSink(join(root, 'to'));
  const summary = await flow.down({ unsafeLinks: true }, { sink });
  assert.equal(summary.failed, 1);
  assert.deepEqual(await tree(join(root, 'outside')), []);
});

test('A file, a folder and a link take each other’s place, in any order of the records', async (t) => {
  for (const isTurned of [false, true]) {
    const { flow, root, from, write } = await folders(t);
    const up = async () => flow.up(keep, { source: await openDiskSource(from, { links: 'keep' }) });
    for (const path of ['file', 'folder/x', 'other', 'a', 'b', 'c', 'd']) await write(path);
    await symlink('file', join(from, 'link 1'));
    await symlink('folder', join(from, 'link 2'));
    await up();
    const begun = await flow.records();
    await rename(join(from, 'folder'), join(from, 'moved'));
    await symlink('moved', join(from, 'folder'));
    await rm(join(from, 'file'));
    await symlink('other', join(from, 'file'));
    await rm(join(from, 'link 1'));
    await writeFile(join(from, 'link 1'), 'a file now');
    await rm(join(from, 'link 2'));
    await write('link 2/y');
    await up();
    const later = (await flow.records()).filter(
      ({ partition, offset }) => !begun.some((one) => one.partition === partition && one.offset === offset),
    );
    const other = new Flow({ partitions: 1 });
    const on = join(root, 'other');
    for (const records of [begun, isTurned ? later.toReversed() : later]) {
      await other.append(records.map((record) => ({ partition: 0, record })));
      const summary = await other.down({}, { sink: await openDiskSink(on) });
      assert.equal(summary.failed, 0, JSON.stringify(other.told('failed')));
    }
    assert.deepEqual(await tree(join(on, 'shop')), await tree(from));
    assert.equal(readlinkSync(join(on, 'shop/folder')), 'moved');
    assert.equal(await readFile(join(on, 'shop/link 1'), 'utf8'), 'a file now');
  }
});

test('A sink without links leaves them out, and says so once; two wishes about links are refused', async (t) => {
  const { flow, from } = await folders(t);
  await symlink('a', join(from, 'b'));
  const source = await openDiskSource(from, { links: 'keep' });
  await flow.up(keep, { source });
  const summary = await flow.down();
  assert.deepEqual([summary.failed, flow.told('warning').length], [0, 1]);
  await assert.rejects(
    flow.up({ links: 'keep', followSymlinks: true, move: true }, { source }),
    /two wishes/,
  );
});
