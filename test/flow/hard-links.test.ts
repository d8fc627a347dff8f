/** Files with several names at the source are one file at the sink. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { appendFile, link, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import { encodeHardLinks } from '../../src/records/hard-link-record.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { noise } from '../support/flow.ts';
import { list } from '../support/look.ts';
import { folders, mirror, tree } from '../support/mirror-folders.ts';
import { waitFor } from '../support/wait.ts';

const how = { ...mirror, hardLinks: true, folders: true, maxDelete: { percent: 100 } } as const;

/** Which names are one file: groups of several. */
async function groups(root: string): Promise<string[][]> {
  const paths = await tree(root);
  const byInode = Map.groupBy(paths, (path) => statSync(join(root, path)).ino);
  return [...byInode.values()].filter((names) => names.length > 1).sort();
}

async function linked(t: TestContext) {
  const all = await folders(t);
  const up = async (options: Partial<UploadOptions> = {}) =>
    all.flow.up({ ...how, ...options }, { source: await openDiskSource(all.from, { folders: true }) });
  const both = async (options: Partial<UploadOptions> = {}): Promise<void> => {
    assert.equal((await up(options)).failed + (await all.down()).failed, 0);
    assert.deepEqual(await tree(all.shop), await tree(all.from));
    assert.deepEqual(await groups(all.shop), await groups(all.from));
  };
  const name = (path: string, other: string): Promise<void> =>
    link(join(all.from, path), join(all.from, other));
  return { ...all, up, both, name };
}

for (const options of [{ notTwice: 'auto' }, { notTwice: 'never' }, { packBelow: 100_000 }] as const)
  test(`Names of one file are names of one file, made, changed, renamed and broken: ${JSON.stringify(options)}`, async (t) => {
    const { flow, from, shop, both, name, write, up, down } = await linked(t);
    await write('d/a', noise(20_000).toString('hex'));
    await mkdir(join(from, 'e'));
    await name('d/a', 'b');
    await name('d/a', 'e/c');
    await write('alone');
    await both(options);
    assert.equal(flow.told('hard-linked').length, 2);
    const records = (await up(options)).records;
    assert.equal(records, 0, 'what was told is not told again');
    const { ino } = statSync(join(shop, 'b'));
    await down({ reset: true });
    assert.equal(statSync(join(shop, 'b')).ino, ino);
    await appendFile(join(from, 'b'), 'more');
    await both(options);
    await rename(join(from, 'b'), join(from, 'z'));
    await name('e/c', 'another');
    await both(options);
    await unlink(join(from, 'd/a'));
    await writeFile(join(from, 'd/a'), 'of its own');
    await both(options);
    await rm(join(from, 'e'), { recursive: true });
    await both(options);
    const states = new Set((await list(flow)).filter(({ path }) => path === 'z').map(({ state }) => state));
    assert.deepEqual([...states], ['complete']);
  });

test('Without the wish nothing is told; with it later, what was sent is made one', async (t) => {
  const { flow, shop, both, name, write, up, down } = await linked(t);
  await write('a');
  await name('a', 'b');
  await up({ hardLinks: false });
  await down();
  assert.deepEqual([flow.told('hard-link-sent').length, await groups(shop)], [0, []]);
  await both();
});

test('What somebody has changed at the sink stays, and is no name of another file', async (t) => {
  const { from, shop, up, down, write, name } = await linked(t);
  await write('a');
  await write('b', 'a');
  await up();
  await down();
  await writeFile(join(shop, 'a'), 'of the user');
  await rm(join(from, 'b'));
  await name('a', 'b');
  await up();
  await down();
  assert.deepEqual(await groups(shop), []);
});

test('A record makes nothing one that is not alike, nor through a link, whatever it says', async (t) => {
  const { flow, to, shop, write, up, down } = await linked(t);
  for (const path of ['a', 'b', 'd/same']) await write(path);
  await write('same', 'd/same');
  await up();
  await down();
  const outside = join(to, '..', 'outside');
  await rename(join(shop, 'd'), outside);
  await symlink(outside, join(shop, 'd'));
  const ids = new Map(flow.told('received').map(({ path, upload }) => [path, upload]));
  const version = (path: string) => ({
    path,
    upload: ids.get(path) ?? '0'.repeat(32),
    partition: 0,
    last: 0,
  });
  const entries = [
    { ...version('a'), of: version('b') },
    { ...version('same'), of: version('d/same') },
    { ...version('d/same'), of: version('same') },
    { ...version('nothing'), of: version('a') },
    { ...version('a'), upload: 'f'.repeat(32), of: version('b') },
  ];
  await flow.append([{ partition: 1, record: encodeHardLinks('shop', entries) }]);
  assert.equal((await down()).failed, 0);
  assert.deepEqual(await groups(shop), []);
  assert.equal(statSync(join(outside, 'same')).nlink, 1);
});

test('A lost state topic, and a sink without hard links', async (t) => {
  const { flow, write, name, up, down, shop } = await linked(t);
  await write('a');
  await name('a', 'b');
  await up();
  const { failed, files } = await flow.down();
  assert.deepEqual([failed, files], [0, 2]);
  assert.equal(flow.told('warning').filter(({ message }) => message.includes('hard links')).length, 1);
  flow.cluster.deleteTopic('files.state');
  assert.equal((await up()).failed, 0);
  assert.equal((await down()).failed, 0);
  assert.deepEqual(await groups(shop), [['a', 'b']]);
});

test('What is said of names stands behind the one that came last, in its partition', async (t) => {
  const { flow, write, name, up } = await linked(t);
  for (const path of ['a', 'b', 'c', 'd']) {
    await write(path, noise(20_000).toString('hex'));
    await name(path, `${path} too`);
  }
  await up({ notTwice: 'auto' });
  const records = await flow.records();
  const places = new Map<string, number>();
  for (const { decoded, partition } of records)
    if (decoded?.kind === 'close' || decoded?.kind === 'copy') places.set(decoded.path, partition);
  const told = records.flatMap(({ decoded, partition }) =>
    decoded?.kind === 'hard-link' ? decoded.entries.map((entry) => ({ ...entry, at: partition })) : [],
  );
  assert.equal(told.length, 4);
  for (const { path, at, last, partition, of } of told) {
    assert.deepEqual([at, partition, of.partition], [places.get(path), at, at]);
    assert.ok(last > of.last);
  }
});

test('Versions behind the end of the topic are not waited for', async (t) => {
  const { flow, to } = await linked(t);
  const version = (path: string) => ({ path, upload: '0'.repeat(32), partition: 0, last: 1_000_000 });
  await flow.append([
    { partition: 1, record: encodeHardLinks('shop', [{ ...version('a'), of: version('b') }]) },
  ]);
  const stop = new AbortController();
  const sink = await openDiskSink(to);
  const down = flow.down({ once: false, commitInterval: 50, signal: stop.signal }, { sink });
  const isPassed = async (): Promise<boolean> => {
    const [own] = await sink.positions();
    return own?.partitions.get(1)?.safe === 1;
  };
  await waitFor(isPassed, { what: 'the position behind it', timeout: 60_000 });
  stop.abort();
  await down;
});
