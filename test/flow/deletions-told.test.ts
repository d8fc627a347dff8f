/** Whether what goes is told at all (`delete`), and told again: what retention took, runs that were killed, files that are back. */
import assert from 'node:assert/strict';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UploadOptions } from '../../src/files/shared/options.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import type { Source } from '../../src/stores/contract.ts';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { faultyKafka } from '../support/faulty-kafka.ts';
import { Flow, noise } from '../support/flow.ts';
import { folders, mirror } from '../support/mirror-folders.ts';

test('What the topic has lost by its retention goes at the sinks all the same', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
  await flow.up(mirror);
  await flow.down();
  const ends = await flow.cluster.client().offsets(flow.topic, 'latest');
  for (const [partition, end] of ends) flow.cluster.deleteRecords(flow.topic, partition, end);
  flow.source.remove('a');
  await flow.up(mirror);
  await flow.down();
  assert.deepEqual(Object.keys(flow.received()), ['b', 'c']);
});

test('A name whose case changes arrives, though the old one goes later, where both are one name', async () => {
  for (const packBelow of [0, 10_000]) {
    const flow = new Flow();
    const disk = new MemoryDisk({ caseInsensitive: true });
    const down = async () => flow.down({}, { sink: new MemorySink(disk) });
    for (const path of ['A', 'b', 'c']) flow.source.write(path, noise(500));
    await flow.up({ ...mirror, packBelow });
    await down();
    flow.source.write('a', noise(600));
    flow.source.remove('A');
    await flow.up({ packBelow });
    assert.equal((await down()).failed, 1);
    await flow.up({ ...mirror, packBelow });
    assert.equal((await down()).failed, 0);
    assert.deepEqual([...disk.files.keys()].toSorted(), ['shop/a', 'shop/b', 'shop/c']);
    assert.deepEqual(disk.files.get('shop/a')!.bytes, Uint8Array.from(flow.source.bytes('a')));
  }
});

/** A source in which one path is not seen while it is hidden; its file is the same one afterwards. */
function hiding(source: Source, path: string): Source & { isHidden: boolean } {
  return {
    isHidden: false,
    place: source.place,
    abilities: source.abilities,
    async *list(...how) {
      for await (const file of source.list(...how)) if (!this.isHidden || file.path !== path) yield file;
    },
    async look(of) {
      return this.isHidden && of === path ? undefined : source.look(of);
    },
    open: (of) => source.open(of),
    rootId: () => source.rootId(),
    watch: (...how) => source.watch(...how),
  };
}

/** A cluster at which nothing more is remembered once a removal stands on the topic, as for a run that is killed then. */
function killedAfterRemoval(kafka: Kafka, topic: string): Kafka {
  let isKilled = false;
  return faultyKafka(kafka, (to, { headers }) => {
    if (isKilled) throw new Error('killed');
    const isRemoval = headers?.some(([name, value]) => name === 'kind' && String(value) === 'remove');
    if (to === topic && isRemoval) isKilled = true;
  });
}

test('A run is killed when a removal stands, and the very same file is back: it is sent again', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(500));
  const source = hiding(flow.source, 'a');
  await flow.up(mirror, { source });
  await flow.down();
  source.isHidden = true;
  const kafka = killedAfterRemoval(flow.cluster.client(), flow.topic);
  await assert.rejects(flow.up(mirror, { source, kafka }), /killed/);
  source.isHidden = false;
  await flow.down();
  assert.deepEqual(Object.keys(flow.received()), ['b', 'c']);
  await flow.up(mirror, { source });
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('A link that went is told with --resend, and again after a kill, though nobody remembers what it said', async (t) => {
  const { flow, from, write } = await folders(t);
  for (const path of ['a', 'b', 'c', 'd']) await write(path);
  for (const name of ['one', 'two']) await symlink('a', join(from, name));
  const up = async (how: Partial<UploadOptions> = {}, kafka?: Kafka) => {
    const source = await openDiskSource(from, { links: 'keep' });
    return flow.up({ ...mirror, links: 'keep', ...how }, { source, ...(kafka && { kafka }) });
  };
  const gone = (): string[] => flow.told('deletion-sent').map(({ path }) => path);
  await up();
  await rm(join(from, 'one'));
  await up({ resend: true });
  assert.deepEqual(gone(), ['one']);
  await rm(join(from, 'two'));
  await assert.rejects(up({}, killedAfterRemoval(flow.cluster.client(), flow.topic)), /killed/);
  await up();
  assert.equal(gone().at(-1), 'two');
  const told = gone().length;
  await up();
  assert.equal(gone().length, told);
});

test('What is behind a link that leads nowhere, as to a disk that is away, is not gone, and that is told', async (t) => {
  const { flow, root, from, write } = await folders(t);
  const up = async () => flow.up(mirror, { source: await openDiskSource(from, { links: 'follow' }) });
  for (const path of ['b', 'c', 'd', 'g', 'h', 'i', '../disk/a', '../disk/e/f']) await write(path);
  await symlink(join(root, 'disk'), join(from, 'linked'));
  await symlink(join(root, 'disk/a'), join(from, 'file'));
  await up();
  await rename(join(root, 'disk'), join(root, 'away'));
  await rm(join(from, 'b'));
  assert.equal((await up()).failed, 0);
  const gone = (): string[] => flow.told('deletion-sent').map(({ path }) => path);
  assert.deepEqual(gone(), ['b']);
  assert.match(flow.told('warning').at(-1)!.message, /is a link that leads nowhere/);
  await rename(join(root, 'away'), join(root, 'disk'));
  await rm(join(from, 'file'));
  await rm(join(root, 'disk/e/f'));
  await up();
  assert.deepEqual(gone().toSorted(), ['b', 'file', 'linked/e/f']);
});
