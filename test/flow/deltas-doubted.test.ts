/** Deltas of what is not what it seems: equal digests of other bytes, a topic that loses records meanwhile, and a sink's own file that was changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../src/records/checksum.ts';
import { MemorySink } from '../../src/stores/memory/sink.ts';
import { faultySink, faultySource } from '../support/faulty-store.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { withCrcOf } from '../support/same-crc.ts';

const delta = { delta: true } as const;
const wide = { maxMessageBytes: 1_048_588, partitions: 1 } as const;

async function kinds(flow: Flow): Promise<string[]> {
  return (await flow.records()).map(({ decoded }) => decoded?.kind ?? 'none');
}

test('Other bytes with the same CRC are other bytes', async () => {
  const flow = new Flow(wide);
  const bytes = Buffer.from(noise(1_200_000));
  flow.source.write('film', bytes);
  await flow.up({ ...delta, checksum: 'crc64nvme' });
  await flow.down();
  const other = Buffer.from(bytes);
  other.write('changed', 700_000);
  const made = withCrcOf(bytes, other, 500_000);
  assert.equal(digestOf('crc64nvme', made), digestOf('crc64nvme', bytes));
  flow.source.write('film', made);
  await flow.up({ ...delta, checksum: 'crc64nvme' });
  assert.equal((await kinds(flow)).at(-1), 'delta');
});

test('Where former uploads go while a file is read, it is sent whole, and what was begun is given up', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const flow = new Flow(wide);
  const bytes = noise(3_000_000);
  flow.source.write('film', bytes);
  await flow.up(delta);
  const end = (await flow.records()).length;
  flow.source.write('film', Buffer.concat([bytes, noise(90_000)]));
  const source = faultySource(flow.source, ({ method, position = 0 }) => {
    if (method !== 'read' || position < bytes.length) return;
    // What Kafka says is believed for a while.
    t.mock.timers.tick(60_000);
    flow.cluster.deleteRecords(flow.topic, 0, end);
  });
  assert.equal((await flow.up(delta, { source })).failed, 0);
  const found = await kinds(flow);
  assert.deepEqual([found.includes('abort'), found.at(-1)], [true, 'close']);
  assert.deepEqual([(await flow.down()).failed, flow.received(sha256)], [0, flow.sent(sha256)]);
});

for (const then of ['stays as it is', 'is gone'] as const)
  test(`What was taken from a file that somebody changes is no fault of the topic, after a restart neither: it ${then}`, async () => {
    const flow = new Flow(wide);
    const bytes = noise(4_000_000);
    flow.source.write('film', bytes);
    await flow.up(delta);
    await flow.down();
    flow.source.write('film', Buffer.concat([bytes, noise(90_000)]));
    await flow.up(delta);
    const stop = new AbortController();
    const sink = new MemorySink(flow.disk);
    const openPublished = sink.openPublished.bind(sink);
    let reads = 0;
    sink.openPublished = async (target) => {
      const file = await openPublished(target);
      if (file === undefined) return undefined;
      const read = async (buffer: Uint8Array, position: number): Promise<number> => {
        const length = await file.read(buffer, position);
        buffer.fill(7, 0, 9);
        if (++reads === 2) stop.abort();
        return length;
      };
      return { ...file, read };
    };
    await flow.down({ signal: stop.signal }, { sink });
    assert.deepEqual([reads, flow.disk.parts.size], [2, 1]);
    if (then === 'is gone') flow.disk.files.delete('shop/film');
    assert.deepEqual([(await flow.down()).failed, flow.told('failed')], [0, []]);
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

test('A temporary file that somebody changed between two runs is no fault of records that come again', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('film', noise(4000));
  await flow.up();
  let writes = 0;
  const sink = faultySink(new MemorySink(flow.disk), ({ method }) => {
    if (method === 'write' && ++writes === 3) throw new Error('it ends here');
  });
  const { checkpoint } = sink;
  // It is killed before the positions that it took say that these have come.
  sink.checkpoint = (uploads, positions) =>
    checkpoint(uploads, positions && { ...positions, partitions: new Map() });
  await assert.rejects(flow.down({}, { sink }), /it ends here/);
  assert.equal(flow.disk.parts.size, 1);
  for (const part of flow.disk.parts.values()) part.fill(7, 0, 9);
  assert.deepEqual([(await flow.down()).failed, flow.told('failed')], [0, []]);
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
});
