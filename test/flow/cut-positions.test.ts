/** Downloaders whose log was cut: behind them, before they came back, or while they read it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { craftedUpload } from '../support/crafted.ts';
import { faultySink, once } from '../support/faulty-store.ts';
import { Flow, noise } from '../support/flow.ts';
import { waitFor } from '../support/wait.ts';

/** As a release wrote them that knew nothing of leaders' epochs. */
function forgetEpochs({ disk }: Flow): void {
  disk.positions = disk.positions.map((one) => {
    const ranges = [...one.partitions].map(
      ([partition, { began, safe }]) => [partition, { began, safe }] as const,
    );
    return { ...one, partitions: new Map(ranges) };
  });
}

test('A position without epochs behind the end of a log that was cut: said, and read again from its beginning', async () => {
  for (const isOnce of [true, false]) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('first', noise(3000));
    await flow.up();
    await flow.down();
    forgetEpochs(flow);
    flow.cluster.cutLog(flow.topic, 0, 1);
    flow.cluster.deleteTopic('files.state');
    flow.source.write('second', noise(400));
    await flow.up({ include: ['second'] });
    const stop = new AbortController();
    const running = flow.down({ once: isOnce, signal: stop.signal });
    if (!isOnce) {
      await waitFor(() => flow.told('received').length === 2);
      stop.abort();
    }
    assert.equal((await running).files, 1);
    assert.match(
      flow.told('warning').at(-1)?.message ?? '',
      /partition 0 ends at offset \d, .* the log was cut/,
    );
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('A log that was cut, and has grown to its position and past it while nobody read', async () => {
  for (const grown of ['to it', 'past it', 'not so far'] as const) {
    const flow = new Flow({ partitions: 1 });
    flow.source.write('first', noise(3000));
    await flow.up();
    await flow.down();
    const read = (await flow.records()).length;
    flow.cluster.cutLog(flow.topic, 0, 1);
    const chunks = { 'to it': read - 2, 'past it': read + 3, 'not so far': 1 }[grown];
    const second = craftedUpload({ path: 'second', bytes: noise(chunks * 500) });
    await flow.append(second.map((record) => ({ partition: 0, record })));
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open], [1, 1, 0], grown);
    assert.match(
      flow.told('lost')[0]?.message ?? '',
      new RegExp(`was cut at offset 1: records up to ${read - 1} .* reading goes on at 1`),
    );
    assert.deepEqual(Object.keys(flow.received()), ['first', 'second']);
    const next = await flow.down();
    assert.deepEqual([next.records, next.failed, flow.told('lost').length], [0, 0, 1]);
  }
});

test('A log that is cut behind a reader that has not read anything since its start', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('first', noise(3000));
  await flow.up();
  await flow.down();
  const stop = new AbortController();
  const running = flow.down({ once: false, signal: stop.signal });
  await waitFor(() => flow.told('started').length > 1);
  flow.cluster.cutLog(flow.topic, 0, 1);
  const second = craftedUpload({ path: 'second', bytes: noise(9000) });
  await flow.append(second.map((record) => ({ partition: 0, record })));
  await waitFor(() => flow.told('received').length === 2);
  stop.abort();
  const down = await running;
  assert.deepEqual([down.files, down.failed, flow.told('lost').length], [1, 1, 1]);
});

test('What retention removed before it was read is no cut, by whichever leader it was written', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('first', noise(3000));
  await flow.up();
  await flow.down();
  const append = async (path: string): Promise<void> => {
    // Another leader, which has all of its predecessor's records.
    flow.cluster.cutLog(flow.topic, 0, Number.POSITIVE_INFINITY);
    const records = craftedUpload({ path, bytes: noise(1000) });
    await flow.append(records.map((record) => ({ partition: 0, record })));
  };
  for (const path of ['second', 'third']) await append(path);
  flow.cluster.deleteRecords(flow.topic, 0, (await flow.records()).length - 3);
  for (let run = 0; run < 3; run++) await flow.down();
  await append('fourth');
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed], [1, 0]);
  assert.equal(flow.told('lost').filter(({ message }) => message.includes('was cut')).length, 0);
});

test('A log that is cut while it is read: said, counted, and read on from there', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('first', noise(3000));
  await flow.up();
  const stop = new AbortController();
  const running = flow.down({ once: false, signal: stop.signal });
  await waitFor(() => flow.told('received').length === 1);
  flow.cluster.cutLog(flow.topic, 0, 1);
  await waitFor(() => flow.told('lost').length === 1);
  flow.source.write('second', noise(400));
  await flow.up({ include: ['second'] });
  await waitFor(() => flow.told('received').length === 2);
  stop.abort();
  const down = await running;
  assert.deepEqual([down.files, down.failed], [2, 1]);
  assert.match(flow.told('lost')[0]!.message, /partition 0, was cut at offset 1: records up to \d+/);
  assert.deepEqual(flow.received(), flow.sent());
  // Its position stands where it read to, not where the log once ended.
  flow.source.write('third', noise(400));
  await flow.up({ include: ['third'] });
  const next = await flow.down();
  const warnings = flow.downloadEvents.filter(({ type }) => type === 'warning');
  assert.deepEqual([next.files, next.failed, warnings], [1, 0, []]);
});

test('A log that is cut below the end that --once is to reach: it ends, and not with success', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('first', noise(400));
  await flow.up();
  flow.source.write('second', noise(3000));
  await flow.up();
  const [end] = [...(await flow.cluster.client().offsets(flow.topic, 'latest')).values()];
  const cut = once('publish', async () => flow.cluster.cutLog(flow.topic, 0, end! - 2));
  const down = await flow.down({ bufferBytes: 1024 }, { sink: faultySink(new MemorySink(flow.disk), cut) });
  assert.deepEqual([down.files, down.failed, down.open], [1, 1, 1]);
  assert.match(flow.told('lost')[0]!.message, /was cut at offset/);
});
