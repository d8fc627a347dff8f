/** What goes at the source is told to the sinks (`delete`), and what is not taken for that. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodeOf } from '../../src/cli/transfer.ts';
import { ExitCode } from '../../src/errors.ts';
import type { Source } from '../../src/stores/contract.ts';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { encryptedFlow, everything } from '../support/encrypted-flow.ts';
import { Flow, noise } from '../support/flow.ts';
import { folders, mirror, tree } from '../support/mirror-folders.ts';

test('What goes at the source goes at the sink, by one record for many; a replay changes nothing', async () => {
  const flow = new Flow({ maxMessageBytes: 200_000 });
  const paths = Array.from({ length: 2000 }, (_, index) => `d${index % 7}/${index}`);
  for (const path of paths) flow.source.write(path, noise(10));
  await flow.up({ ...mirror, packBelow: 1000 });
  await flow.down();
  for (const path of paths.slice(0, 900)) flow.source.remove(path);
  const before = (await flow.records()).length;
  const up = await flow.up(mirror);
  assert.deepEqual([up.failed, flow.told('deletion-sent').length], [0, 900]);
  assert.ok((await flow.records()).length - before <= 2);
  const down = await flow.down();
  assert.deepEqual([down.failed, flow.told('deleted').length], [0, 900]);
  assert.deepEqual(flow.received(), flow.sent());
  const inodes = flow.inodes();
  const again = await flow.up(mirror);
  assert.deepEqual([again.files, again.records], [0, 0]);
  await flow.down({ reset: true });
  assert.deepEqual(flow.inodes(), inodes);
  assert.equal(flow.told('deleted').length, 900);
});

test('Without --delete, and where deletions are ignored, all stays', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
  await flow.up();
  flow.source.remove('a');
  await flow.up();
  await flow.down();
  assert.ok('a' in flow.received());
  await flow.up(mirror);
  const ignored = await flow.down({ deletions: 'ignore' });
  assert.deepEqual([ignored.failed, 'a' in flow.received()], [0, true]);
});

test('A name that went comes again, and the newest wins in any order', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(900));
  flow.source.write('b', noise(10));
  flow.source.write('c', noise(10));
  await flow.up(mirror);
  flow.source.remove('a');
  await flow.up(mirror);
  const gone = await flow.records();
  flow.source.write('a', noise(800));
  flow.source.remove('b');
  await flow.up(mirror);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
  // The same records from the last to the first, at another sink.
  const turned = new Flow({ partitions: 1 });
  const all = await flow.records();
  await turned.append(all.toReversed().map((record) => ({ partition: 0, record })));
  await turned.down();
  assert.deepEqual(turned.received(), flow.sent());
  const without = new Flow({ partitions: 1 });
  await without.append(gone.toReversed().map((record) => ({ partition: 0, record })));
  await without.down();
  assert.deepEqual(Object.keys(without.received()), ['b', 'c']);
});

test('A lost state topic knows what was removed: a name that comes again has a greater version', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
  await flow.up(mirror);
  flow.source.remove('a');
  await flow.up(mirror);
  await flow.down();
  const [removed] = flow.told('deletion-sent');
  flow.cluster.deleteTopic('files.state');
  flow.source.write('a', noise(400));
  await flow.up(mirror);
  assert.ok(flow.told('sent').at(-1)!.upload > removed!.upload);
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('An emptied source: nothing is removed, exit code 3, a clear word; --max-delete says otherwise', async (t) => {
  const { flow, from, shop, write, up, down } = await folders(t);
  for (let index = 0; index < 10; index++) await write(`d/${index}`);
  await up();
  await down();
  await rm(join(from, 'd'), { recursive: true });
  const summary = await up();
  assert.equal(exitCodeOf(summary), ExitCode.incomplete);
  const [refusal] = flow.told('deletions-refused');
  assert.match(
    refusal!.message,
    /^10 of the 10 files that were sent are gone from .*, more than half: nothing is removed .* --max-delete 10$/,
  );
  await down();
  assert.equal((await tree(shop)).length, 10);
  assert.equal(exitCodeOf(await up({ maxDelete: { files: 9 } })), ExitCode.incomplete);
  assert.equal(exitCodeOf(await up({ maxDelete: { percent: 99 } })), ExitCode.incomplete);
  assert.equal(exitCodeOf(await up({ maxDelete: { percent: 100 } })), ExitCode.ok);
  await down();
  assert.deepEqual(await tree(shop), []);
});

test('Another folder in the place of the source, as where its disk is away: nothing is removed, exit code 3', async (t) => {
  const { flow, from, shop, write, up, down } = await folders(t);
  for (let index = 0; index < 4; index++) await write(`${index}`);
  await up();
  await down();
  await rename(from, `${from}-away`);
  await mkdir(from);
  const summary = await up({ maxDelete: { percent: 100 } });
  assert.equal(exitCodeOf(summary), ExitCode.incomplete);
  assert.match(
    flow.told('deletions-refused')[0]!.message,
    /is another folder than the one that was sent from/,
  );
  await down();
  assert.equal((await tree(shop)).length, 4);
});

test('Half may go, and one more may not', async (t) => {
  const { from, shop, write, up, down } = await folders(t);
  for (const path of ['a', 'b', 'c', 'd']) await write(path);
  await up();
  for (const path of ['a', 'b', 'c']) await rename(join(from, path), join(from, `../${path}`));
  assert.equal((await up()).failed, 1);
  await rename(join(from, '../c'), join(from, 'c'));
  assert.equal((await up()).failed, 0);
  await down();
  assert.deepEqual(await tree(shop), ['c', 'd']);
});

test('What a filter leaves out, and what stands behind a link that is not followed, is not gone', async (t) => {
  const { flow, root, from, write, up } = await folders(t);
  for (const path of ['keep.txt', 'leave.log', 'tmp/a', 'linked/a', 'e', 'f', 'g']) await write(path);
  await up();
  await rm(join(from, 'leave.log'));
  await rename(join(from, 'linked'), join(root, 'elsewhere'));
  await symlink(join(root, 'elsewhere'), join(from, 'linked'));
  await up({ exclude: ['*.log', 'tmp'] });
  assert.deepEqual(flow.told('deletion-sent'), []);
  await up();
  assert.deepEqual(
    flow.told('deletion-sent').map(({ path }) => path),
    ['leave.log'],
  );
});

test('A folder that cannot be read keeps all that is below it', async () => {
  const flow = new Flow();
  for (const path of ['d/a', 'd/e/b', 'c', 'f', 'g', 'h']) flow.source.write(path, noise(100));
  await flow.up(mirror);
  for (const path of ['d/a', 'd/e/b', 'c']) flow.source.remove(path);
  const { source } = flow;
  const unreadable: Source = {
    place: source.place,
    abilities: source.abilities,
    async *list(selection, unsendable) {
      unsendable({ path: 'd', reason: 'the folder cannot be read: EACCES' });
      yield* source.list(selection, unsendable);
    },
    look: (path) => source.look(path),
    open: (path) => source.open(path),
    rootId: () => source.rootId(),
    watch: (hint, selection) => source.watch(hint, selection),
  };
  const up = await flow.up(mirror, { source: unreadable });
  assert.equal(up.failed, 1);
  assert.deepEqual(
    flow.told('deletion-sent').map(({ path }) => path),
    ['c'],
  );
});

test('While it watches, what goes goes, and what comes back comes back', async (t) => {
  const { flow, from, to, write } = await folders(t);
  for (const path of ['a', 'b', 'c']) await write(path);
  const stop = new AbortController();
  const told = (type: 'deletion-sent' | 'sent', count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = setInterval(() => {
        if (flow.told(type).length < count) return;
        clearInterval(look);
        resolve();
      }, 20);
    });
  const run = flow.up(
    { ...mirror, once: false, signal: stop.signal, scanInterval: 100 },
    { source: await openDiskSource(from) },
  );
  await told('sent', 3);
  await rm(join(from, 'a'));
  await told('deletion-sent', 1);
  await write('a', 'again');
  await told('sent', 4);
  stop.abort();
  await run;
  await flow.down({}, { sink: await openDiskSink(to) });
  assert.equal(await readFile(join(to, 'shop/a'), 'utf8'), 'again');
});

test('Encrypted, no name stands in clear; whoever has no key is told, and obeys once there is one', async (t) => {
  const { flow, folder, anna } = await encryptedFlow(t);
  const secret = { ...mirror, encryptTo: [anna.recipient], encryptNames: join(folder, 'names') };
  for (const name of ['the first of them', 'the second of them', 'the third of them'])
    flow.source.write(name, noise(100));
  await flow.up(secret);
  await flow.down({ identity: [anna.file] });
  flow.source.remove('the first of them');
  await flow.up(secret);
  const without = await flow.down();
  assert.deepEqual([without.failed, Object.keys(flow.received()).length], [1, 3]);
  assert.match(flow.told('refused-record')[0]!.reason, /^a record of 1 removed name is encrypted/);
  const down = await flow.down({ identity: [anna.file] });
  assert.equal(down.failed, 0);
  assert.deepEqual(flow.received(), flow.sent());
  assert.ok(!(await everything(flow)).includes('the first of them'));
});
