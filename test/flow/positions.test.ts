import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignedReading, Kafka, Position } from '../../src/kafka/contract.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { craftedUpload } from '../support/crafted.ts';
import { changedKafka } from '../support/faulty-kafka.ts';
import { faultySink } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';

const group = (flow: Flow): string => `sluice-office-${flow.disk.id}`;

async function committed(flow: Flow): Promise<ReadonlyMap<number, Position>> {
  return flow.cluster.client().committed(group(flow), flow.topic);
}

test('Every partition has a position after a run, at its end, with the topic’s id', async () => {
  const flow = new Flow({ partitions: 4 });
  flow.source.write('a', noise(3000));
  await flow.up();
  await flow.down();
  const kafka = flow.cluster.client();
  const ends = await kafka.offsets(flow.topic, 'latest');
  const { id } = (await kafka.describeTopic(flow.topic))!;
  const expected = [...ends].map(([partition, offset]) => {
    return [partition, { offset, metadata: id, ...(offset > 0 ? { leaderEpoch: 0 } : {}) }];
  });
  assert.deepEqual([...(await committed(flow))].toSorted(), expected.toSorted());
});

test('Partitions added while nobody read are read from their first record, also by who began at the end', async () => {
  for (const fromOffset of ['beginning', 'end'] as const) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('old', noise(2000));
    await flow.up();
    await flow.down({ fromOffset });
    flow.cluster.addPartitions(flow.topic, 3);
    for (let index = 0; index < 6; index++) flow.source.write(`new${index}`, noise(2000));
    await flow.up();
    await flow.down({ fromOffset });
    const missing = Object.keys(flow.sent()).filter((path) => !(path in flow.received()));
    assert.deepEqual(missing, fromOffset === 'end' ? ['old'] : []);
  }
});

test('From the end of a topic that grows while its end is asked for', async () => {
  const flow = new Flow({ partitions: 1 });
  const send = async (path: string): Promise<void> =>
    flow.append(craftedUpload({ path, bytes: noise(100) }).map((record) => ({ partition: 0, record })));
  await send('old');
  const real = flow.cluster.client();
  let asked = 0;
  const kafka = changedKafka(real, {
    offsets: async (topic, at) => {
      const found = await real.offsets(topic, at);
      if (at === 'latest') await send(`new${asked++}`);
      return found;
    },
  });
  await flow.down({ fromOffset: 'end' }, { kafka });
  await flow.down();
  assert.deepEqual(flow.told('warning'), []);
  const before = Object.keys(flow.received()).filter((path) => !path.startsWith('new'));
  assert.deepEqual([before, asked > 1], [[], true]);
});

test('From the end: where that was is known to the next run, however soon the first was killed', async () => {
  const flow = new Flow({ partitions: 1 });
  const send = async (path: string): Promise<void> =>
    flow.append(craftedUpload({ path, bytes: noise(100) }).map((record) => ({ partition: 0, record })));
  await send('old');
  const [begun, stop] = [Promise.withResolvers<void>(), new AbortController()];
  const real = flow.cluster.client();
  const consumer = ((options: AssignedReading) => {
    begun.resolve();
    return real.consumer(options);
  }) as Kafka['consumer'];
  let killed: MemoryDisk | undefined;
  const sink = faultySink(new MemorySink(flow.disk), ({ method }) => {
    if (method !== 'write') return;
    killed ??= Object.assign(flow.disk.copy(), { isCopy: false, positions: flow.disk.positions });
    stop.abort();
  });
  const options = { once: false, fromOffset: 'end', signal: stop.signal, commitInterval: 60_000 } as const;
  const running = flow.down(options, { sink, kafka: changedKafka(real, { consumer }) });
  await begun.promise;
  await send('new');
  await running;
  await flow.down({ fromOffset: 'end' }, { sink: new MemorySink(killed!) });
  assert.deepEqual([...killed!.files.keys()], ['shop/new']);
});

test('From a time on: what was sent before is left out', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_790_000_000_000 });
  const flow = new Flow({ partitions: 2 });
  flow.source.write('before', noise(2000));
  await flow.up();
  t.mock.timers.setTime(1_790_000_060_000);
  flow.source.write('after', noise(2000));
  await flow.up();
  await flow.down({ fromOffset: 1_790_000_030_000 });
  assert.deepEqual(Object.keys(flow.received()), ['after']);
});

test('A position never passes what the sink has not remembered', async () => {
  const flow = new Flow({ partitions: 2 });
  for (let index = 0; index < 8; index++) flow.source.write(`f${index}`, noise(4000));
  await flow.up();
  let commits = 0;
  const real = flow.cluster.client();
  const kafka = changedKafka(real, {
    commit: async (name, topic, positions) => {
      commits++;
      await real.commit(name, topic, positions);
      // Whoever begins here with what the sink remembers now gets everything.
      const disk = new MemoryDisk();
      for (const part of flow.disk.parts) disk.parts.set(part[0], Uint8Array.from(part[1]));
      for (const [target, file] of flow.disk.files) disk.files.set(target, file);
      for (const [target, entry] of flow.disk.published) disk.published.set(target, entry);
      for (const [upload, one] of flow.disk.uploads) disk.uploads.set(upload, one);
      disk.positions = flow.disk.positions.map((one) => ({ ...one, reader: 'copy' }));
      await checkRestart(flow, disk);
    },
  });
  await flow.down({ commitInterval: 1, bufferBytes: 2048 }, { kafka });
  assert.ok(commits > 0);
  assert.deepEqual(flow.received(), flow.sent());
});

/** A downloader on a copy of the disk, from the committed positions, ends with every file. */
async function checkRestart(flow: Flow, disk: MemoryDisk): Promise<void> {
  const kafka = flow.cluster.client();
  const positions = await kafka.committed(group(flow), flow.topic);
  await kafka.commit(`sluice-copy-${disk.id}`, flow.topic, positions);
  const failed: unknown[] = [];
  await flow.down(
    { name: 'copy', onEvent: (event) => event.type === 'failed' && failed.push(event) },
    { sink: new MemorySink(disk) },
  );
  assert.deepEqual(failed, []);
  assert.equal(disk.files.size, flow.source.paths().length);
}
