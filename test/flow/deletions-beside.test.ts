/** What goes at the source (`delete`, `links`), beside several sources, disks that go in the middle of a run, `overwrite` and copies. */
import assert from 'node:assert/strict';
import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { DownloadOptions } from '../../src/files/shared/options.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { MemorySource } from '../../src/stores/memory/source.ts';
import { SeveralSources } from '../../src/stores/several-sources.ts';
import { Flow, noise } from '../support/flow.ts';
import { folders, mirror, tree } from '../support/mirror-folders.ts';

/** No number is too many to go: only what is believed counts. */
const all = { ...mirror, maxDelete: { percent: 100 } } as const;

test('A disk that goes in the middle of a run: nothing is removed, however many may go; it goes on when it is back', async (t) => {
  const { flow, from, write, up } = await folders(t);
  for (const path of ['a', 'b', 'c']) await write(path);
  await up();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await pause(20);
  };
  const gone = (): string[] => flow.told('deletion-sent').map(({ path }) => path);
  const source = await openDiskSource(from);
  const run = flow.up({ ...all, once: false, signal: stop.signal, scanInterval: 100 }, { source });
  // A walk has come by what was sent before.
  await write('d');
  await until(() => flow.told('sent').length === 4);
  await rename(from, `${from}-away`);
  await mkdir(from);
  await until(() => flow.told('deletions-refused').length > 0 || gone().length > 0);
  assert.deepEqual(gone(), []);
  assert.match(flow.told('deletions-refused')[0]!.message, /another folder than the one that was sent from/);
  await rm(from, { recursive: true });
  await rename(`${from}-away`, from);
  await rm(join(from, 'a'));
  await until(() => gone().length > 0);
  stop.abort();
  await run;
  assert.deepEqual(gone(), ['a']);
});

/** Two sources, and what was sent of them. */
async function twoSources() {
  const flow = new Flow();
  const [photos, logs] = [new MemorySource(), new MemorySource()];
  for (const path of ['a', 'b', 'c']) {
    photos.write(path, noise(300));
    logs.write(path, noise(400));
  }
  const source = new SeveralSources(new Map(Object.entries({ photos, logs })));
  await flow.up(all, { source });
  const gone = (): string[] =>
    flow
      .told('deletion-sent')
      .map(({ path }) => path)
      .toSorted();
  return { flow, photos, logs, source, gone };
}

test('One of several sources is empty: nothing goes under its name, which is told, and others are obeyed', async () => {
  const { flow, photos, logs, source, gone } = await twoSources();
  for (const path of photos.paths()) photos.remove(path);
  logs.remove('b');
  const up = await flow.up(all, { source });
  assert.deepEqual([up.failed, gone()], [0, ['logs/b']]);
  assert.match(
    flow.told('warning').at(-1)!.message,
    /has no file at all: nothing is taken for removed there/,
  );
  await flow.down();
  assert.deepEqual(Object.keys(flow.received()).toSorted(), [
    'logs/a',
    'logs/c',
    'photos/a',
    'photos/b',
    'photos/c',
  ]);
});

test('One of several sources is another folder, with a file in it that nobody sent: nothing goes', async () => {
  const { flow, photos, logs, source, gone } = await twoSources();
  logs.remove('b');
  const other = new MemorySource();
  other.write('stray', noise(10));
  other.root = `${photos.root}-other`;
  const instead = new SeveralSources(new Map(Object.entries({ photos: other, logs })));
  // The second time it would be the folder that was sent from, if the first had believed it.
  for (let round = 1; round <= 2; round++) {
    const up = await flow.up(all, { source: instead });
    assert.deepEqual([up.failed, gone()], [1, []]);
  }
  const up = await flow.up(all, { source });
  assert.deepEqual([up.failed, gone()], [0, ['logs/b', 'photos/stray']]);
});

test('A source that is left out has not gone; one that is new is no other folder', async () => {
  const { flow, photos, logs, gone } = await twoSources();
  logs.remove('b');
  const more = new MemorySource();
  more.write('x', noise(100));
  await flow.up(all, { source: new SeveralSources(new Map(Object.entries({ logs, more }))) });
  assert.deepEqual(gone(), ['logs/b']);
  photos.remove('a');
  await flow.up(all, { source: new SeveralSources(new Map(Object.entries({ photos, logs, more }))) });
  assert.deepEqual(gone(), ['logs/b', 'photos/a']);
});

test('A link takes the place of what stands there as --overwrite lets it, and is no other one where it says the same', async (t) => {
  const { flow, from, to, shop, write } = await folders(t);
  await write('a');
  for (const name of ['kept', 'same', 'new']) await symlink('a', join(from, name));
  await flow.up({ ...mirror, links: 'keep' }, { source: await openDiskSource(from, { links: 'keep' }) });
  await mkdir(shop, { recursive: true });
  await writeFile(join(shop, 'kept'), 'theirs');
  await symlink('a', join(shop, 'same'));
  const down = async (overwrite: DownloadOptions['overwrite'], reset = false) =>
    flow.down({ overwrite: overwrite!, reset }, { sink: await openDiskSink(to) });
  const never = await down('never');
  assert.deepEqual([never.failed, never.notReplaced], [0, 1]);
  assert.equal(flow.told('not-replaced')[0]!.path, 'kept');
  assert.equal(await readFile(join(shop, 'kept'), 'utf8'), 'theirs');
  for (const name of ['same', 'new']) assert.equal(await readlink(join(shop, name)), 'a');
  assert.equal((await down('newer', true)).notReplaced, 1);
  assert.equal((await down('rename', true)).failed, 0);
  assert.equal(await readlink(join(shop, 'kept')), 'a');
  assert.equal(await readFile(join(shop, 'kept~1'), 'utf8'), 'theirs');
  assert.equal(flow.told('linked').at(-1)!.keptAs, 'shop/kept~1');
  // What went at the source goes here, and what was kept for somebody stays.
  for (const name of ['kept', 'new']) await rm(join(from, name));
  await flow.up({ ...mirror, links: 'keep' }, { source: await openDiskSource(from, { links: 'keep' }) });
  await down('rename');
  assert.deepEqual(await tree(shop), ['a', 'kept~1', 'same']);
});

test('What stays by --overwrite never is not ours: its name goes at the source, and not here', async (t) => {
  const { flow, from, to, shop, write, up } = await folders(t);
  for (const path of ['a', 'b', 'c']) await write(path);
  await up();
  await mkdir(shop, { recursive: true });
  await writeFile(join(shop, 'a'), 'theirs');
  const down = async () => flow.down({ overwrite: 'never' }, { sink: await openDiskSink(to) });
  await down();
  for (const path of ['a']) await rm(join(from, path));
  await up();
  await down();
  assert.equal(await readFile(join(shop, 'a'), 'utf8'), 'theirs');
  assert.deepEqual(
    flow.told('kept').map(({ path }) => path),
    ['a'],
  );
});

test('A file that gets another name is a copy and a removal, in whatever order they come', async () => {
  const flow = new Flow({ partitions: 1 });
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(300_000));
  await flow.up({ ...mirror, packBelow: 0 });
  flow.source.write('moved', flow.source.bytes('a'));
  flow.source.remove('a');
  await flow.up({ ...mirror, packBelow: 0, notTwice: 'always' });
  const kinds = (await flow.records()).map(({ decoded }) => decoded?.kind);
  assert.ok(kinds.includes('copy') && kinds.includes('remove'), kinds.join(' '));
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
  // The removal first: what the copy is of is gone by then, and stands on the topic.
  const isRemoval = ({ decoded }: { readonly decoded: { readonly kind: string } | undefined }) =>
    decoded?.kind === 'remove';
  const records = await flow.records();
  const [removal] = records.filter(isRemoval);
  const at = records.findIndex(({ decoded }) => decoded?.kind === 'copy');
  const turned = new Flow({ partitions: 1 });
  const before = records.slice(0, at);
  await turned.append([...before, removal!].map((record) => ({ partition: 0, record })));
  await turned.down();
  assert.deepEqual(Object.keys(turned.received()), ['b', 'c']);
  await turned.append([{ partition: 0, record: records[at]! }]);
  const down = await turned.down();
  assert.equal(down.failed, 0);
  assert.deepEqual(turned.received(), flow.sent());
});
