import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError, IncompleteError } from '../../src/errors.ts';
import { catFrom } from '../../src/files/cat.ts';
import { listFrom } from '../../src/files/list.ts';
import { MemoryBucket, MemoryBucketSink } from '../../src/stores/memory/bucket.ts';
import { MemoryDisk, MemorySink } from '../../src/stores/memory/sink.ts';
import { ageKeys } from '../support/age-keys.ts';
import { Flow, noise, sha256 } from '../support/flow.ts';
import { temporaryFolder } from '../support/folder.ts';

const delta = { delta: true } as const;
const wide = { maxMessageBytes: 1_048_588 } as const;
const size = 3_000_000;

/** The same bytes each time, by their number. */
const noises = new Map<number, Uint8Array>();
function bytesOf(number: number, length = size): Buffer {
  const bytes = noises.get(number) ?? noise(length);
  noises.set(number, bytes);
  return Buffer.from(bytes);
}

/** A flow that has sent a file with `delta`, and received it. */
async function begun(partitions = 1): Promise<Flow> {
  const flow = new Flow({ ...wide, partitions });
  flow.source.write('film', bytesOf(1));
  await flow.up(delta);
  await flow.down();
  return flow;
}

function inserted(bytes: Uint8Array, at: number, more: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

async function kinds(flow: Flow): Promise<string[]> {
  return (await flow.records()).map(({ decoded }) => decoded?.kind ?? 'none');
}

async function catted(flow: Flow): Promise<string> {
  const kafka = flow.cluster.client();
  const found: Uint8Array[] = [];
  for await (const bytes of catFrom(kafka, { kafka: {}, topic: flow.topic, file: 'shop/film' }))
    found.push(Uint8Array.from(bytes));
  await kafka.close();
  return sha256(Buffer.concat(found));
}

/** What stands there is what the source has, at a sink that had the version before, at a new one, and by `cat`. */
async function arrives(flow: Flow): Promise<void> {
  await flow.down();
  assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  const disk = new MemoryDisk();
  const { failed } = await flow.down({ name: 'new' }, { sink: new MemorySink(disk) });
  const there = [...disk.files].map(([target, { bytes }]) => [target.slice('shop/'.length), sha256(bytes)]);
  assert.deepEqual([failed, Object.fromEntries(there)], [0, flow.sent(sha256)]);
  assert.equal(await catted(flow), flow.sent(sha256).film);
}

describe('Deltas', { concurrency: true }, () => {
  for (const [what, change] of [
    ['inserted in the middle', () => inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000))],
    ['appended', () => Buffer.concat([bytesOf(1), bytesOf(2, 50_000)])],
    ['cut off', () => bytesOf(1).subarray(0, 2_000_000)],
    ['taken from the front', () => bytesOf(1).subarray(700_001)],
    ['overwritten in place', () => bytesOf(1).fill(7, 1_000_000, 1_050_000)],
  ] as const) {
    test(`What was ${what} is sent, and a little beside`, async () => {
      const flow = await begun();
      flow.source.write('film', change());
      const { wireBytes } = await flow.up(delta);
      assert.ok(wireBytes < 300_000, `${wireBytes} bytes`);
      assert.equal((await kinds(flow)).at(-1), 'delta');
      const reused = flow.told('sent').at(-1)?.reused ?? 0;
      assert.ok(reused > change().length - 300_000);
      await arrives(flow);
      assert.equal((await flow.up(delta)).files, 0);
      const before = flow.inodes();
      assert.equal((await flow.down({ reset: true })).files, 0);
      assert.deepEqual(flow.inodes(), before);
    });
  }

  test('Blocks that change places are sent no more than in part', async () => {
    const flow = await begun();
    const bytes = bytesOf(1);
    const blocks = Array.from({ length: 6 }, (_, n) => bytes.subarray(n * 500_000, (n + 1) * 500_000));
    flow.source.write('film', Buffer.concat([3, 0, 5, 1, 4, 2, 3].map((n) => blocks[n]!)));
    const { wireBytes } = await flow.up(delta);
    assert.ok(wireBytes < 1_000_000, `${wireBytes} bytes`);
    await arrives(flow);
  });

  test('Version after version is made of what stands in chunks, and of no chain', async () => {
    const flow = await begun(3);
    let bytes = bytesOf(1);
    for (const at of [400_000, 1_600_000, 2_900_000, 90_000]) {
      bytes = inserted(bytes, at, noise(20_000));
      flow.source.write('film', bytes);
      await flow.up(delta);
    }
    const records = await flow.records();
    const deltas = records.flatMap(({ decoded }) => (decoded?.kind === 'delta' ? decoded : []));
    assert.equal(deltas.length, 4);
    const chunked = new Set(
      records.flatMap(({ decoded }) => (decoded?.kind === 'chunk' ? decoded.upload : [])),
    );
    for (const { parts } of deltas) for (const { upload } of parts.sources) assert.ok(chunked.has(upload));
    assert.equal(new Set(records.map(({ partition }) => partition)).size, 1);
    await arrives(flow);
    // Without what uploaders remember, the topic tells.
    flow.cluster.deleteTopic('files.state');
    assert.equal(await catted(flow), flow.sent(sha256).film);
  });

  test('A touched file is a copy, and after a delta one record; another name goes whole', async () => {
    const flow = await begun();
    flow.source.write('film', bytesOf(1), { mtime: '1700000000000000123' });
    await flow.up(delta);
    assert.equal((await kinds(flow)).at(-1), 'copy');
    const bytes = inserted(bytesOf(1), 1_000_000, noise(1000));
    flow.source.write('film', bytes);
    await flow.up(delta);
    assert.equal((await kinds(flow)).at(-1), 'delta');
    flow.source.write('film', bytes, { mtime: '1700000000000000456' });
    const { wireBytes } = await flow.up({ ...delta, notTwice: 'always' });
    assert.ok(wireBytes < 10_000);
    flow.source.write('other', bytes);
    await flow.up({ ...delta, notTwice: 'always' });
    assert.equal((await kinds(flow)).at(-1), 'close');
    await arrives(flow);
    assert.equal(flow.disk.files.get('shop/film')?.mtime, '1700000000000000456');
  });

  test('Where the version before is gone at the sink, or is not what it was, the topic has it', async () => {
    for (const harm of ['gone', 'damaged'] as const) {
      const flow = await begun();
      const standing = flow.disk.files.get('shop/film')!;
      if (harm === 'gone') flow.disk.files.delete('shop/film');
      else
        flow.disk.files.set('shop/film', {
          ...standing,
          bytes: Uint8Array.from(standing.bytes).fill(1, 0, 9),
        });
      flow.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
      await flow.up(delta);
      assert.equal((await flow.down()).failed, 0);
      assert.deepEqual(flow.received(sha256), flow.sent(sha256));
    }
  });

  test('Where neither sink nor topic has the bytes it fails by name; --resend sends it', async () => {
    const flow = await begun();
    const end = (await flow.records()).length;
    flow.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
    await flow.up(delta);
    flow.disk.files.delete('shop/film');
    flow.cluster.deleteRecords(flow.topic, 0, end);
    const kafka = flow.cluster.client();
    const listed = await listFrom(kafka, { kafka: {}, topic: flow.topic });
    assert.deepEqual(
      listed.map(({ path, state }) => [path, state]),
      [['film', 'incomplete']],
    );
    await kafka.close();
    await assert.rejects(catted(flow), IncompleteError);
    assert.ok((await flow.down()).failed >= 1);
    const told = flow.told('failed').filter(({ path }) => path === 'film');
    assert.deepEqual(
      told.map(({ reason }) => reason),
      ['missing-data'],
    );
    assert.match(told[0]!.message, /shop\/film.*--resend/);
    await flow.up({ ...delta, resend: true });
    await flow.down();
    assert.deepEqual(flow.received(sha256), flow.sent(sha256));
  });

  test('A base that has lost its beginning, or has no pieces, is none: the file goes whole', async () => {
    const flow = await begun();
    flow.cluster.deleteRecords(flow.topic, 0, 1);
    flow.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
    assert.ok((await flow.up(delta)).wireBytes > size);
    const plain = new Flow({ ...wide, partitions: 1 });
    plain.source.write('film', bytesOf(1));
    await plain.up();
    plain.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
    assert.ok((await plain.up(delta)).wireBytes > size);
    assert.ok(!(await kinds(plain)).includes('delta'));
  });

  test('An older version that comes after a newer one changes nothing, and a delta that comes again neither', async () => {
    const flow = await begun();
    flow.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
    await flow.up(delta);
    const record = (await flow.records()).at(-1)!;
    flow.source.write('film', bytesOf(3, 1_200_000));
    await flow.up(delta);
    await flow.append([{ partition: 0, record: { headers: record.headers, value: record.value } }]);
    await arrives(flow);
  });

  test('In a bucket, that takes bytes in order alone, a delta has them from the topic', async () => {
    const flow = await begun();
    const bytes = inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000));
    flow.source.write('film', Buffer.concat([bytes.subarray(2_000_000), bytes.subarray(0, 2_000_000)]));
    await flow.up(delta);
    const bucket = new MemoryBucket();
    const { failed } = await flow.down({}, { sink: new MemoryBucketSink(bucket, () => 20_000_000) });
    assert.equal(failed, 0);
    assert.equal(sha256(bucket.objects.get('shop/film')!.bytes), flow.sent(sha256).film);
  });

  test('Forgotten state is found out from the topic, and goes on', async () => {
    const flow = await begun();
    flow.source.write('film', inserted(bytesOf(1), 1_400_000, bytesOf(2, 50_000)));
    await flow.up(delta);
    flow.cluster.deleteTopic('files.state');
    const again = inserted(flow.source.bytes('film'), 100_000, noise(1000));
    flow.source.write('film', again);
    const { wireBytes } = await flow.up(delta);
    assert.ok(wireBytes < 300_000, `${wireBytes} bytes`);
    await arrives(flow);
  });

  test('What is encrypted is no delta, and --encrypt-to with --delta is refused', async (t) => {
    const flow = new Flow(wide);
    const { recipient } = await ageKeys(await temporaryFolder(t), 'ours');
    await assert.rejects(flow.up({ ...delta, encryptTo: [recipient] }), ConfigurationError);
  });
});
