/** What a sink makes of names that went at their source. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { Flow, noise } from '../support/flow.ts';
import { list } from '../support/look.ts';
import { folders, mirror, tree } from '../support/mirror-folders.ts';

test('At the sink, what somebody changed stays, and is told; what somebody else put there too', async (t) => {
  const { flow, from, shop, write, up, down } = await folders(t);
  for (const path of ['a', 'b', 'c', 'd', 'e', 'f']) await write(path);
  await up();
  await down();
  await writeFile(join(shop, 'a'), 'mine');
  await utimes(join(shop, 'b'), 1, 1);
  for (const path of ['a', 'b', 'c']) await rm(join(from, path));
  await up();
  const summary = await down();
  assert.equal(summary.failed, 0);
  assert.deepEqual(
    flow
      .told('kept')
      .map(({ path }) => path)
      .sort(),
    ['a', 'b'],
  );
  assert.deepEqual(await tree(shop), ['a', 'b', 'd', 'e', 'f']);
  assert.equal(await readFile(join(shop, 'a'), 'utf8'), 'mine');
});

test('Folders that were made for files go with the last of them; those that somebody else made stay', async (t) => {
  const { from, shop, write, up, down } = await folders(t);
  await mkdir(join(shop, 'theirs'), { recursive: true });
  for (const path of ['x/y/z/a', 'x/b', 'theirs/c', 'd', 'e', 'f', 'g']) await write(path);
  await up();
  await down();
  for (const path of ['x', 'theirs']) await rm(join(from, path), { recursive: true });
  await up();
  await down();
  assert.deepEqual(
    ['x', 'theirs'].map((name) => existsSync(join(shop, name))),
    [false, true],
  );
  await write('x/y/again');
  await up();
  await down();
  assert.equal(await readFile(join(shop, 'x/y/again'), 'utf8'), 'x/y/again');
});

test('A file that became a folder, and a folder that became a file, in any order of the records', async (t) => {
  for (const isTurned of [false, true]) {
    const { flow, from, write, up, root } = await folders(t);
    for (const path of ['a', 'b/c', 'd', 'e', 'f']) await write(path);
    await up();
    const begun = await flow.records();
    await rm(join(from, 'a'));
    await rm(join(from, 'b'), { recursive: true });
    await write('a/b/c');
    await write('b');
    await up();
    const later = (await flow.records()).filter(
      ({ partition, offset }) => !begun.some((one) => one.partition === partition && one.offset === offset),
    );
    const other = new Flow({ partitions: 1 });
    const on = join(root, 'other');
    for (const records of [begun, isTurned ? later.toReversed() : later]) {
      await other.append(records.map((record) => ({ partition: 0, record })));
      const summary = await other.down({}, { sink: await openDiskSink(on) });
      assert.equal(summary.failed, 0, JSON.stringify(other.downloadEvents));
    }
    assert.deepEqual(await tree(join(on, 'shop')), await tree(from));
  }
});

test('--backup-dir has what was removed under its path, and never loses an earlier one', async (t) => {
  const { flow, from, to, shop, write, up, down } = await folders(t);
  for (const path of ['d/a', 'b', 'c', 'e']) await write(path, 'first');
  await up();
  await down({}, 'kept');
  await rm(join(from, 'd'), { recursive: true });
  await up();
  await down({}, 'kept');
  assert.equal(await readFile(join(to, 'kept/shop/d/a'), 'utf8'), 'first');
  assert.equal(flow.told('deleted')[0]!.backup, join(to, 'kept/shop/d/a'));
  await write('d/a', 'second');
  await up();
  await down({}, 'kept');
  await rm(join(from, 'd'), { recursive: true });
  await write('d', 'a file');
  await up();
  await down({}, 'kept');
  await rm(join(from, 'd'));
  await up();
  await down({}, 'kept');
  assert.deepEqual(await tree(join(to, 'kept')), ['shop/d.~1~', 'shop/d/a', 'shop/d/a.~1~']);
  assert.equal(await readFile(join(to, 'kept/shop/d/a.~1~'), 'utf8'), 'second');
  assert.deepEqual(await tree(shop), ['b', 'c', 'e']);
});

test('No file is put into the backup folder, nor the folder where it may not be', async (t) => {
  const { flow, root, to } = await folders(t);
  flow.source.write('a', noise(100));
  await flow.up();
  const summary = await flow.down({}, { sink: await openDiskSink(to, { backup: 'shop' }) });
  assert.equal(summary.failed, 1);
  assert.equal(flow.told('failed')[0]!.reason, 'refused-name');
  for (const backup of ['.', '..', '.sluice', '.sluice/x', root, to])
    await assert.rejects(openDiskSink(to, { backup }), /--backup-dir .* cannot be used/, backup);
});

test('What stands behind a link that took a folder’s place stays, and is told', async (t) => {
  const { flow, from, shop, write, up, down } = await folders(t);
  for (const path of ['a/b', 'c', 'd', 'e']) await write(path);
  await up();
  await down();
  await rm(join(from, 'a'), { recursive: true });
  await rm(join(from, 'c'));
  await up();
  // What stands behind a link was not published there.
  await rename(join(shop, 'a'), join(shop, 'elsewhere'));
  await symlink(join(shop, 'elsewhere'), join(shop, 'a'));
  await down();
  assert.deepEqual(await tree(shop), ['a', 'd', 'e', 'elsewhere/b']);
  assert.deepEqual(
    flow.told('kept').map(({ path }) => path),
    ['a/b'],
  );
});

test('What went is not listed, nor missing from a sink; with --all it is told', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
  await flow.up(mirror);
  flow.source.remove('a');
  await flow.up(mirror);
  assert.deepEqual((await list(flow)).map(({ path }) => path).sort(), ['b', 'c']);
  const states = (await list(flow, { newestOnly: false })).map(({ path, state }) => `${path} ${state}`);
  assert.deepEqual(states.sort(), ['a removed', 'a superseded', 'b complete', 'c complete']);
  const removed = await list(flow, { state: ['removed'] });
  assert.deepEqual(
    removed.map(({ path }) => path),
    ['a'],
  );
  flow.cluster.deleteTopic('files.state');
  assert.deepEqual((await list(flow)).map(({ path }) => path).sort(), ['b', 'c']);
});
