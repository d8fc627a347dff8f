/** A topic that is being copied to another cluster, partition by partition: what ends a striped file is there before its chunks in other partitions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DownloadEvent } from '../../src/files/shared/events.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { Notices } from '../../src/stores/notices.ts';
import { openObjectSink } from '../../src/stores/objects/sink/open-sink.ts';
import { Flow, type KeptRecord, noise, sha256 } from '../support/flow.ts';
import { MemoryObjects } from '../support/memory-objects.ts';
import { waitFor } from '../support/wait.ts';

const partitions = [0, 1, 2];
const junk = { value: Buffer.from('junk') };

interface Lag {
  readonly name: string;
  /** Records that retention has taken at the first cluster before the file was sent. */
  readonly before?: number;
  /** Records that stand at the copy before all others, and how many of them retention has taken there. */
  readonly filler?: number;
  readonly taken?: number;
}

const smaller: Lag = { name: 'smaller', before: 60 };
const lags: readonly Lag[] = [
  { name: 'the same' },
  smaller,
  { name: 'greater', filler: 60 },
  { name: 'greater, and retention has taken what stood where they say', filler: 60, taken: 58 },
];

async function fill(flow: Flow, count: number): Promise<void> {
  for (const partition of partitions)
    await flow.append(Array.from({ length: count }, () => ({ partition, record: junk })));
}

interface Copying {
  readonly flow: Flow;
  readonly copy: Flow;
  /** The partition that has the closing record. */
  readonly home: number;
  /** Copies all of some partitions. */
  copied(these: readonly number[]): Promise<void>;
}

async function copying({ before = 0, filler = 0, taken = 0 }: Lag): Promise<Copying> {
  const flow = new Flow({ maxMessageBytes: 1_048_588 });
  await fill(flow, before);
  flow.source.write('striped', noise(2_000_000));
  await flow.up({ stripeAbove: 1_000_000, chunkSize: 100_000, checksum: 'sha256' });
  const records = (await flow.records()).filter(({ decoded }) => decoded !== undefined);
  const closing = records.find(({ decoded }) => decoded?.kind === 'close');
  assert.ok(closing?.decoded?.kind === 'close' && closing.decoded.stripes?.length === 3);
  // What stood at the copy before is an hour old.
  let time: number | undefined = Date.now() - 3_600_000;
  const copy = new Flow({ maxMessageBytes: 1_048_588, now: () => time ?? Date.now() });
  await fill(copy, filler);
  time = undefined;
  for (const partition of partitions) copy.cluster.deleteRecords(copy.topic, partition, taken);
  const isOf = (these: readonly number[]) => (record: KeptRecord) => these.includes(record.partition);
  return {
    flow,
    copy,
    home: closing.partition,
    copied: (these) =>
      copy.append(records.filter(isOf(these)).map((record) => ({ partition: record.partition, record }))),
  };
}

const others = (home: number): number[] => partitions.filter((partition) => partition !== home);
const failuresOf = (events: readonly DownloadEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'failed' ? [`${event.reason}: ${event.message}`] : []));

for (const lag of lags) {
  test(`A run that ends before chunks are copied leaves the file open, and the next one has it, where offsets are ${lag.name}`, async () => {
    const { flow, copy, home, copied } = await copying(lag);
    await copied([home]);
    for (const _ of [1, 2]) {
      const { failed, open } = await copy.down();
      assert.deepEqual([failed, open], [0, 1], failuresOf(copy.downloadEvents).join());
    }
    assert.match(JSON.stringify(copy.told('warning')), /shop\/striped is waited for until/);
    await copied(others(home));
    const { failed, open } = await copy.down();
    assert.deepEqual([failed, open], [0, 0], failuresOf(copy.downloadEvents).join());
    assert.deepEqual(copy.received(sha256), flow.sent(sha256));
  });
}

test('a sink that takes bytes in order alone has it by the run behind the copying', async () => {
  const { flow, copy, home, copied } = await copying(smaller);
  const objects = new MemoryObjects();
  const down = async () =>
    copy.down(
      {},
      { sink: await openObjectSink(objects.writer(), { reader: 'office', notices: new Notices() }) },
    );
  await copied([home]);
  for (const _ of [1, 2]) assert.equal((await down()).failed, 0, failuresOf(copy.downloadEvents).join());
  await copied(others(home));
  assert.equal((await down()).failed, 0, failuresOf(copy.downloadEvents).join());
  const found = objects.kept.get('shop/striped');
  assert.equal(found && sha256(found.bytes), flow.sent(sha256).striped);
});

test('a run that goes on has it as soon as they are', async (t) => {
  const { flow, copy, home, copied } = await copying(smaller);
  const stop = new AbortController();
  t.after(() => stop.abort());
  await copied([home]);
  const run = copy.down({ once: false, commitInterval: 20, signal: stop.signal });
  await waitFor(() => copy.told('warning').length > 0, { what: 'that it is told as awaited' });
  await copied(others(home));
  await waitFor(() => copy.told('received').length > 0, { what: 'the file' });
  stop.abort();
  assert.equal((await run).failed, 0);
  assert.deepEqual(copy.received(sha256), flow.sent(sha256));
});

test('a member of a group, that fetches it, has it', async (t) => {
  const { flow, copy, home, copied } = await copying(smaller);
  const objects = new MemoryObjects();
  const down = async (more: Parameters<Flow['down']>[0] = {}) => {
    const sink = await openObjectSink(objects.writer(), {
      reader: 'one',
      group: 'fill',
      notices: new Notices(),
    });
    return copy.down({ name: 'one', group: 'fill', commitInterval: 20, ...more }, { sink });
  };
  await copied([home]);
  assert.equal((await down()).failed, 0, failuresOf(copy.downloadEvents).join());
  const stop = new AbortController();
  t.after(() => stop.abort());
  const run = down({ once: false, signal: stop.signal });
  await waitFor(() => copy.told('assigned').length > 1, { what: 'that it goes on' });
  await copied(others(home));
  await waitFor(() => copy.told('received').length > 0, { what: 'the file' });
  stop.abort();
  assert.equal((await run).failed, 0, failuresOf(copy.downloadEvents).join());
  const found = objects.kept.get('shop/striped');
  assert.equal(found && sha256(found.bytes), flow.sent(sha256).striped);
});

test('what has been awaited for days is failed by name', async () => {
  const { copy, home, copied } = await copying(smaller);
  await copied([home]);
  const disk = new MemoryDisk();
  await copy.down({}, { sink: new MemorySink(disk) });
  const [[id, row] = assert.fail('nothing is open')] = [...disk.uploads];
  const close = JSON.stringify({ ...JSON.parse(row.close ?? ''), awaited: Date.now() - 4 * 86_400_000 });
  disk.uploads.set(id, { ...row, close });
  assert.equal((await copy.down({}, { sink: new MemorySink(disk) })).failed, 1);
  assert.match(failuresOf(copy.downloadEvents).join(), /missing-data: .*were waited for since/);
});

test('on the cluster that it was written on, chunks that retention took are missed at once', async () => {
  const { flow, home } = await copying({ name: 'the same' });
  const [lost = assert.fail()] = others(home);
  const ends = (await flow.records()).filter(({ partition }) => partition === lost);
  flow.cluster.deleteRecords(flow.topic, lost, ends.at(-1)!.offset);
  const { failed, open } = await flow.down();
  assert.deepEqual([failed, open], [1, 0]);
});
