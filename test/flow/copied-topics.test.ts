/** Topics that were copied to another cluster: records name offsets of the first one, and every verb finds what they mean. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { Notices } from '../../src/stores/notices.ts';
import { openObjectSink } from '../../src/stores/objects/sink/open-sink.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { cat, list } from '../support/look.ts';
import { MemoryObjects } from '../support/memory-objects.ts';

/** How offsets at the copy differ from those that records say. */
interface Shift {
  readonly name: string;
  /** Records that retention has taken at the first cluster before anything was sent. */
  readonly before?: number;
  /** Records that stand at the copy before all others, and how many of them retention has taken there. */
  readonly filler?: number;
  readonly taken?: number;
  /** Every so manieth record at the copy is a mark of its own, as transactions leave them. */
  readonly marks?: number;
}

const shifts: readonly Shift[] = [
  { name: 'smaller', before: 60 },
  { name: 'greater', filler: 60, taken: 60 },
  { name: 'greater by one', filler: 1 },
  { name: 'smaller, and farther apart', before: 7, marks: 2 },
];
const options = { delta: true, notTwice: 'always', stripeAbove: 2_000_000, checksum: 'sha256' } as const;
const chunkSize = 100_000;

async function fill(flow: Flow, count: number): Promise<void> {
  const junk = { value: Buffer.from('junk') };
  for (const partition of [0, 1, 2])
    await flow.append(Array.from({ length: count }, () => ({ partition, record: junk })));
}

function take(flow: Flow, count: number): void {
  for (const partition of [0, 1, 2]) flow.cluster.deleteRecords(flow.topic, partition, count);
}

/** A file and what was made of it: a delta, a delta of that, a copy, and one that is striped. */
async function sent({ before = 0 }: Shift): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 1_048_588 });
  await fill(flow, before);
  const bytes = noise(1_300_000);
  flow.source.write('film', bytes);
  await flow.up({ ...options, chunkSize });
  bytes.set(noise(1000), 300_000);
  flow.source.write('film', Uint8Array.from(bytes));
  await flow.up({ ...options, chunkSize });
  bytes.set(noise(1000), 900_000);
  flow.source.write('film', Uint8Array.from(bytes));
  flow.source.write('packed', noise(2000));
  await flow.up({ ...options, chunkSize, packBelow: 5000 });
  flow.source.write('striped', noise(2_500_000));
  flow.source.write('plain', noise(250_000));
  await flow.up({ ...options, chunkSize });
  flow.source.write('same', flow.source.bytes('plain'));
  await flow.up({ ...options, chunkSize, packBelow: 5000 });
  take(flow, before);
  const kinds = (await flow.records()).flatMap(({ decoded }) => decoded?.kind ?? []);
  assert.equal(kinds.filter((kind) => kind === 'delta').length, 2, kinds.join());
  assert.equal(kinds.filter((kind) => kind === 'copy').length, 1, kinds.join());
  return flow;
}

/** What MirrorMaker makes of both topics. */
async function copyOf(flow: Flow, { filler = 0, taken = 0, marks = Infinity }: Shift): Promise<Flow> {
  let time: number | undefined = 1;
  const copy = new Flow({ maxMessageBytes: 1_048_588, now: () => time ?? Date.now() });
  await fill(copy, filler);
  const kafka = copy.cluster.client();
  const state = `${flow.topic}.state`;
  const config = { 'cleanup.policy': 'compact' };
  await kafka.createTopic({ name: state, partitions: 8, replicationFactor: 1, config });
  const producer = kafka.producer();
  let count = 0;
  for (const topic of [flow.topic, state]) {
    for (const { partition, key, headers, value, timestamp } of await flow.records(topic)) {
      time = Number(timestamp);
      await producer.append(topic, partition, { key, headers, value });
      count += 1;
      if (topic === flow.topic && count % marks === 0)
        await producer.append(topic, partition, { value: Buffer.from('mark') });
    }
  }
  time = undefined;
  await kafka.close();
  take(copy, taken);
  return copy;
}

for (const shift of shifts) {
  describe(`Where offsets at a copy are ${shift.name}`, { concurrency: true }, () => {
    const copied = (async () => {
      const flow = await sent(shift);
      return { flow, copy: await copyOf(flow, shift) };
    })();

    test('the list is the same, and each file is read', async () => {
      const { flow, copy } = await copied;
      const facts = async (of: Flow, more: Parameters<typeof list>[1] = {}) =>
        (await list(of, more))
          .map(({ path, upload, state, size }) => [path, upload, state, size].join())
          .toSorted();
      assert.deepEqual(await facts(copy), await facts(flow));
      const all = { newestOnly: false };
      assert.deepEqual(await facts(copy, all), await facts(flow, all));
      const some = { include: ['same'], newestOnly: false };
      assert.deepEqual(await facts(copy, some), await facts(flow, some));
      for (const [path, digest] of Object.entries(flow.sent(sha256)))
        assert.equal(sha256(await cat(copy, `shop/${path}`)), digest, path);
    });

    test('a sink that has nothing of what versions are made of has it from the topic', async () => {
      const { flow, copy } = await copied;
      const disk = new MemoryDisk();
      const sink = new MemorySink(disk);
      Object.defineProperty(sink, 'openPublished', { value: undefined });
      const events: unknown[] = [];
      const { failed } = await copy.down(
        { name: 'forgetful', onEvent: (event) => events.push(event) },
        { sink },
      );
      assert.equal(
        failed,
        0,
        JSON.stringify(events.filter((event) => (event as { type: string }).type === 'failed')),
      );
      assert.deepEqual(receivedAt(disk), flow.sent(sha256));
    });

    test('a member of a group, that reads some partitions alone, has all', async () => {
      const { flow, copy } = await copied;
      const objects = new MemoryObjects();
      const sink = await openObjectSink(objects.writer(), {
        reader: 'one',
        group: 'fill',
        notices: new Notices(),
      });
      const { failed } = await copy.down({ name: 'one', group: 'fill' }, { sink });
      assert.equal(failed, 0);
      const found = [...objects.kept].filter(([key]) => key.startsWith('shop/'));
      assert.deepEqual(
        Object.fromEntries(found.map(([key, { bytes }]) => [key.slice(5), sha256(bytes)]).toSorted()),
        flow.sent(sha256),
      );
    });

    test('an uploader that moved there sends nothing twice, and what it makes of former versions is right', async () => {
      const flow = await sent(shift);
      const copy = await copyOf(flow, shift);
      const { source } = flow;
      const up = () => copy.up({ ...options, chunkSize, packBelow: 5000 }, { source });
      assert.equal((await up()).files, 0);
      const bytes = Uint8Array.from(source.bytes('film'));
      bytes.set(noise(500), 600_000);
      source.write('film', bytes);
      source.write('another', source.bytes('plain'));
      const { wireBytes } = await up();
      // Where the topic has begun to lose records only what is young is named.
      if (!shift.taken) assert.ok(wireBytes < 1_700_000, `${wireBytes} bytes`);
      for (const [path, digest] of Object.entries(flow.sent(sha256)))
        assert.equal(sha256(await cat(copy, `shop/${path}`)), digest, path);
      assert.equal((await copy.down()).failed, 0);
      assert.deepEqual(copy.received(sha256), flow.sent(sha256));
    });
  });
}

function receivedAt(disk: MemoryDisk): Record<string, string> {
  const found = [...disk.files].filter(([path]) => path.startsWith('shop/'));
  return Object.fromEntries(found.map(([path, { bytes }]) => [path.slice(5), sha256(bytes)]).toSorted());
}
