import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSink } from '../../src/stores/disk/sink.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { craftedUpload } from '../support/crafted.ts';
import { changedKafka } from '../support/faulty-kafka.ts';
import { faultySource, once } from '../support/faulty-store.ts';
import { differences } from '../support/files.ts';
import { Flow, noise } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';
import { waitFor } from '../support/wait.ts';

/** One run into a folder. */
async function downTo(flow: Flow, folder: string, options: Parameters<Flow['down']>[0] = {}) {
  return flow.down(options, { sink: await openDiskSink(folder) });
}

/** A topic with two files, of which the folder has the first, and a copy of the folder as it was then. */
async function copiedFolders(flow: Flow, folder: string) {
  const [sink, copy] = [join(folder, 'in'), join(folder, 'copy')];
  flow.source.write('first', noise(3000));
  await flow.up();
  await downTo(flow, sink);
  await cp(sink, copy, { recursive: true, preserveTimestamps: true });
  flow.source.write('second', noise(3000));
  await flow.up();
  await downTo(flow, sink);
  return { sink, copy };
}

test('A copy of a sink is a sink of its own, and gets what it lacks', async (t) => {
  for (const fromOffset of ['beginning', 'end'] as const) {
    const flow = new Flow();
    const { sink, copy } = await copiedFolders(flow, await temporaryFolder(t));
    await rm(join(copy, 'shop', 'first'));
    const down = await downTo(flow, copy, { fromOffset });
    assert.deepEqual([down.files, down.failed], [2, 0]);
    assert.match(flow.told('warning').at(-1)?.message ?? '', /was copied, or put back from a backup/);
    assert.equal(await differences(sink, copy), '');
    flow.source.write('third', noise(3000));
    await flow.up();
    for (const folder of [sink, copy]) assert.equal((await downTo(flow, folder)).records > 0, true);
    assert.equal(await differences(sink, copy), '');
    const [quiet, told] = [await downTo(flow, copy), flow.told('warning').length];
    assert.deepEqual([quiet.records, flow.told('warning').length], [0, told]);
  }
});

test('A sink that was put back from a backup gets what came after that', async (t) => {
  for (const keepsPlace of [false, true]) {
    const flow = new Flow();
    const { sink, copy } = await copiedFolders(flow, await temporaryFolder(t));
    await rm(join(sink, 'shop'), { recursive: true });
    // In place, as a snapshot or a tool that leaves alone what is the same, or all of it anew.
    if (keepsPlace)
      for (const end of ['', '-wal', '-shm'])
        await rm(join(sink, `.sluice/journal.db${end}`), { force: true });
    else await rm(sink, { recursive: true });
    await cp(copy, sink, { recursive: true, preserveTimestamps: true, force: !keepsPlace });
    const down = await downTo(flow, sink);
    assert.deepEqual([down.files, down.failed], [1, 0], `${keepsPlace}`);
  }
});

test('When the cluster has forgotten the positions, the sink has not', async () => {
  const flow = new Flow();
  flow.source.write('first', noise(3000));
  await flow.up();
  await flow.down({ fromOffset: 'end' });
  flow.source.write('second', noise(3000));
  await flow.up();
  flow.cluster.forgetPositions(`sluice-office-${flow.disk.id}`);
  await flow.down({ fromOffset: 'end' });
  assert.deepEqual(Object.keys(flow.received()), ['second']);
  flow.cluster.forgetPositions(`sluice-office-${flow.disk.id}`);
  assert.equal((await flow.down()).records, 0);
});

test('A position that the sink does not prove is not believed', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(3000));
  await flow.up();
  const kafka = flow.cluster.client();
  const ends = await kafka.offsets(flow.topic, 'latest');
  const committed = [...ends].map(([partition, offset]) => [partition, { offset, metadata: '' }] as const);
  await kafka.commit(`sluice-office-${flow.disk.id}`, flow.topic, new Map(committed));
  await flow.down({ fromOffset: 'end' });
  assert.deepEqual(flow.received(), flow.sent());
});

test('A file that had been begun before the place where reading began is told as that', async () => {
  const flow = new Flow({ partitions: 1 });
  await flow.up({ include: ['nothing'] });
  const source = faultySource(
    flow.source,
    once('read', async () => void (await flow.down({ fromOffset: 'end' })), 3000),
  );
  flow.source.write('a', noise(6000));
  await flow.up({ bufferBytes: 1024 }, { source });
  const down = await flow.down({ fromOffset: 'end' });
  assert.deepEqual([down.files, down.failed], [0, 1]);
  assert.match(
    flow.told('failed')[0]?.message ?? '',
    /0\.\.\d+ were sent before the place where reading began/,
  );
  flow.cluster.deleteRecords(flow.topic, 0, (await flow.records()).length - 1);
  await flow.down({ reset: true });
  assert.match(flow.told('failed').at(-1)?.message ?? '', /are not on the topic any more/);
});

test('A gap of retention with nothing behind it is told once', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(6000));
  await flow.up({ include: ['nothing'] });
  await flow.down();
  await flow.up();
  flow.cluster.deleteRecords(flow.topic, 0, (await flow.records()).length);
  assert.equal((await flow.down()).failed, 1);
  const told = flow.downloadEvents.length;
  assert.equal((await flow.down()).failed, 0);
  const types = flow.downloadEvents.slice(told).map(({ type }) => type);
  assert.ok(!types.includes('warning') && !types.includes('failed'), types.join());
});

/** Half of a file is sent, and received. */
async function halfSent(flow: Flow, topic: string = flow.topic): Promise<void> {
  flow.source.write('half', noise(6000));
  const stop = new AbortController();
  const source = faultySource(
    flow.source,
    once('read', () => stop.abort(), 2000),
  );
  await flow.up({ topic, signal: stop.signal, bufferBytes: 1024, include: ['half'] }, { source });
  const down = await flow.down({ topic });
  assert.deepEqual([down.failed, down.open], [0, 1]);
  const told = flow.told('warning').at(-1)?.message ?? '';
  assert.match(told, /shop\/half is not complete on the topic yet: \d+ of 6000 bytes have come/);
}

test('Two topics into one folder: what is open of one is no business of the other', async () => {
  const flow = new Flow({ partitions: 1 });
  await halfSent(flow);
  flow.source.write('whole', noise(2000));
  await flow.up({ topic: 'other', include: ['whole'] });
  const down = await flow.down({ topic: 'other' });
  assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [1, 0, 0, 1]);
  await flow.up();
  assert.deepEqual([(await flow.down()).open, flow.disk.parts.size], [0, 0]);
  assert.deepEqual(flow.received(), flow.sent());
});

test('Topics of one name on two clusters, into one folder: each has its own positions', async () => {
  const [here, there] = [new Flow(), new Flow()];
  here.source.write('here', noise(3000));
  there.source.write('there', noise(3000));
  for (const flow of [here, there]) await flow.up();
  for (let run = 0; run < 3; run++) {
    for (const flow of [here, there]) {
      const down = await flow.down({}, { sink: new MemorySink(here.disk) });
      assert.deepEqual([down.files, down.failed], [run === 0 ? 1 : 0, 0]);
      assert.equal(down.records > 0, run === 0);
    }
  }
  assert.deepEqual(here.received(), { ...here.sent(), ...there.sent() });
});

test('An upload whose uploader is gone for good is failed by name, once retention has taken all of it', async () => {
  const flow = new Flow({ partitions: 1 });
  await halfSent(flow);
  const records = await flow.records();
  // Its first records alone: it may be a slow one.
  flow.cluster.deleteRecords(flow.topic, 0, records.length - 1);
  const slow = await flow.down();
  assert.deepEqual([slow.failed, slow.open, flow.disk.parts.size], [0, 1, 1]);
  flow.cluster.deleteRecords(flow.topic, 0, records.length);
  for (const reset of [false, true]) {
    const disk = Object.assign(flow.disk.copy(), { isCopy: false });
    const down = await flow.down({ reset }, { sink: new MemorySink(disk) });
    assert.deepEqual([down.failed, down.open, disk.parts.size], [1, 0, 0]);
    const failed = flow.told('failed').at(-1);
    assert.deepEqual([failed?.path, failed?.reason], ['half', 'missing-data']);
    assert.match(failed?.message ?? '', /uploader stopped sending/);
    assert.equal((await flow.down({}, { sink: new MemorySink(disk) })).open, 0);
  }
});

test('The same on a topic that never stands still, by a run that watches too', async () => {
  for (const isOnce of [true, false]) {
    const flow = new Flow({ partitions: 1 });
    await halfSent(flow);
    flow.cluster.deleteRecords(flow.topic, 0, (await flow.records()).length);
    const real = flow.cluster.client();
    let others = 0;
    const kafka = changedKafka(real, {
      offsets: async (topic, at) => {
        const found = await real.offsets(topic, at);
        const records = craftedUpload({ path: `other${others++}`, bytes: noise(100) });
        if (topic === flow.topic) await flow.append(records.map((record) => ({ partition: 0, record })));
        return found;
      },
    });
    const stop = new AbortController();
    const running = flow.down({ once: isOnce, signal: stop.signal, commitInterval: 5 }, { kafka });
    if (!isOnce) await waitFor(() => flow.told('failed').length > 0);
    if (!isOnce) stop.abort();
    const down = await running;
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [1, 0, 0]);
    assert.match(flow.told('failed')[0]?.message ?? '', /uploader stopped sending/);
  }
});

test('An upload of a topic that was made anew is failed by name when that is agreed to', async () => {
  const flow = new Flow({ partitions: 1 });
  await halfSent(flow);
  flow.cluster.deleteTopic(flow.topic);
  await flow.prepare(flow.cluster.client());
  await assert.rejects(flow.down(), /made anew.*--reset/);
  const down = await flow.down({ reset: true });
  assert.deepEqual([down.failed, down.open, flow.disk.parts.size], [1, 0, 0]);
  assert.match(flow.told('failed')[0]?.message ?? '', /when its topic was deleted/);
});
