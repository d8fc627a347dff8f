import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewRecord } from '../../src/kafka/contract.ts';
import { encodeAbort } from '../../src/records/file-record.ts';
import {
  type CraftedFile,
  craftedChunk,
  craftedClose,
  craftedId,
  craftedPack,
  craftedUpload,
} from '../support/crafted.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import fc from '../support/properties.ts';

/** A flow whose topic holds these records, all in one partition. */
async function flowWith(...records: readonly NewRecord[]): Promise<Flow> {
  const flow = new Flow({ maxMessageBytes: 65_536 });
  await flow.append(records.map((record) => ({ partition: 0, record })));
  return flow;
}

test('Chunks of many files twice, interleaved, shuffled, over all partitions, before and after their closing records', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 5 });
  const order = fc.infiniteStream(fc.nat({ max: 1000 }));
  await fc.assert(
    fc.asyncProperty(sizes, order, async (lengths, random) => {
      const draw = (): number => random.next().value ?? 0;
      const files = lengths.map(
        (length, index): CraftedFile => ({ path: `f${index}`, bytes: noise(length), chunk: 300 }),
      );
      const records = files.flatMap(craftedUpload);
      const twice = [...records, ...records.filter(() => draw() < 300)];
      const shuffled = twice.map((record) => ({ record, at: draw() })).sort((a, b) => a.at - b.at);
      const flow = new Flow({ partitions: 4 });
      await flow.append(shuffled.map(({ record }) => ({ partition: draw() % 4, record })));
      const down = await flow.down();
      assert.deepEqual(
        flow.received(),
        Object.fromEntries(files.map(({ path, bytes }) => [path, md5(bytes)])),
      );
      assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [files.length, 0, 0, 0]);
    }),
    { numRuns: 40 },
  );
});

test('Chunks that overlap in part, as after a restart with another chunk size', async () => {
  const file = { path: 'a', bytes: noise(3000) };
  const flow = await flowWith(
    craftedChunk(file, 0, 1000),
    craftedChunk(file, 500, 1700),
    craftedChunk(file, 2500, 3000),
    craftedChunk(file, 200, 900),
    craftedChunk(file, 1600, 2900),
    craftedClose(file),
  );
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed], [1, 0]);
  assert.deepEqual(flow.received(), { a: md5(file.bytes) });
});

test('The same range with other bytes: that file is set aside and named, others go on', async () => {
  const bad = { path: 'bad', bytes: noise(1500) };
  const good = { path: 'good', bytes: noise(1500) };
  for (const [start, end] of [
    [0, 500],
    [250, 750],
    [499, 500],
    [400, 1500],
  ] as const) {
    const flow = await flowWith(
      craftedChunk(bad, 0, 500),
      craftedChunk(good, 0, 500),
      craftedChunk(
        bad,
        start,
        end,
        bad.bytes.subarray(start, end).map((byte) => byte ^ 0xff),
      ),
      ...craftedUpload(bad),
      ...craftedUpload(good),
    );
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open], [1, 1, 0]);
    assert.deepEqual(Object.keys(flow.received()), ['bad.DIGEST_MISMATCH', 'good']);
    const [failed] = flow.told('failed');
    assert.deepEqual([failed?.path, failed?.reason], ['bad', 'conflicting-data']);
    assert.match(failed?.message ?? '', /came twice, and differ.*bad\.DIGEST_MISMATCH/);
    assert.equal(flow.disk.parts.size, 0);
  }
});

test('Flipped bits: the file is kept under a name that says so, and all others go on', async () => {
  const file = (path: string): CraftedFile => ({ path, bytes: noise(1200) });
  const [bad, good, packedBad, packedGood] = ['bad', 'good', 'packed/bad', 'packed/good'].map(file) as [
    CraftedFile,
    CraftedFile,
    CraftedFile,
    CraftedFile,
  ];
  const flipped = Buffer.from(bad.bytes.subarray(500, 1000));
  flipped[17]! ^= 1;
  const contents = Buffer.concat([packedBad.bytes, packedGood.bytes]);
  contents[1199]! ^= 0x80;
  const flow = await flowWith(
    craftedPack([packedBad, packedGood], contents),
    craftedChunk(bad, 0, 500),
    craftedChunk(bad, 500, 1000, flipped),
    craftedChunk(bad, 1000, 1200),
    craftedClose(bad),
    ...craftedUpload(good),
  );
  const down = await flow.down();
  assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [2, 2, 0, 0]);
  assert.deepEqual(Object.keys(flow.received()), [
    'bad.DIGEST_MISMATCH',
    'good',
    'packed/bad.DIGEST_MISMATCH',
    'packed/good',
  ]);
  assert.deepEqual(
    flow
      .told('failed')
      .map(({ path, reason }) => [path, reason])
      .toSorted(),
    [
      ['bad', 'digest-mismatch'],
      ['packed/bad', 'digest-mismatch'],
    ],
  );
  for (const { message } of flow.told('failed'))
    assert.match(message, /digest is md5:.*was md5:.*DIGEST_MISMATCH/);
});

test('A closing record that disagrees with its chunks on the size', async () => {
  const bad = { path: 'bad', bytes: noise(1000) };
  for (const other of [999, 1001, 0, Number.MAX_SAFE_INTEGER]) {
    const close = craftedClose(bad);
    const headers = close.headers?.map(([name, value]) => {
      return [name, name === 'size' ? Buffer.from(String(other)) : value] as const;
    });
    const flow = await flowWith(craftedChunk(bad, 0, 500), { ...close, headers: headers ?? [] });
    const down = await flow.down();
    assert.deepEqual([down.failed, down.open, flow.disk.parts.size, flow.disk.files.size], [1, 0, 0, 0]);
    assert.match(flow.told('failed')[0]?.message ?? '', new RegExp(`1000 bytes.*${other}`));
  }
});

test('Chunks of one upload that disagree on size or name are refused, and the file still comes whole', async () => {
  const file = { path: 'a', bytes: noise(1000) };
  const liar = { path: 'a', bytes: noise(2000) };
  const flow = await flowWith(
    craftedChunk(file, 0, 500),
    craftedChunk(liar, 500, 1500),
    ...craftedUpload(file),
  );
  const down = await flow.down();
  assert.deepEqual([down.files, flow.told('refused-record').length], [1, 1]);
  assert.deepEqual(flow.received(), { a: md5(file.bytes) });
});

test('An aborted upload is discarded, before and after its last chunk, and again', async () => {
  const file = { path: 'a', bytes: noise(1000) };
  const abort = encodeAbort({ uploader: 'shop', path: 'a', upload: craftedId(file), reason: 'it changed' });
  for (const records of [
    [craftedChunk(file, 0, 500), abort],
    [abort],
    [craftedChunk(file, 0, 500), abort, craftedChunk(file, 500, 1000), abort, craftedClose(file)],
    [craftedChunk(file, 0, 500), craftedChunk(file, 500, 1000), abort, craftedClose(file)],
  ]) {
    const flow = await flowWith(...records);
    const down = await flow.down();
    assert.deepEqual([down.files, down.failed, down.open], [0, 0, 0]);
    assert.deepEqual([flow.disk.parts.size, flow.disk.files.size], [0, 0]);
    assert.ok(flow.told('aborted').every(({ reason }) => reason === 'it changed'));
  }
});

test('The newest version wins in whatever order and form the versions come', async () => {
  const versions = [1, 2, 3].map((version): CraftedFile => ({ path: 'a', version, bytes: noise(900) }));
  const sent = (file: CraftedFile, packed: boolean): NewRecord[] =>
    packed ? [craftedPack([file])] : craftedUpload(file);
  for (const order of ['012', '021', '102', '120', '201', '210']) {
    for (const packed of [0, 7, 1, 2, 5]) {
      const records = [...order].flatMap((digit) => {
        return sent(versions[Number(digit)]!, (packed & (1 << Number(digit))) !== 0);
      });
      const flow = await flowWith(...records);
      await flow.down({ bufferBytes: 1 });
      assert.deepEqual(flow.received(), { a: md5(versions[2]!.bytes) }, `${order} ${packed}`);
      const received = flow.told('received').map(({ upload }) => upload);
      assert.deepEqual(received, received.toSorted(), 'an older one replaced a newer one');
      assert.deepEqual([flow.told('failed').length, flow.disk.parts.size], [0, 0]);
    }
  }
});

test('Versions that come interleaved, the older one last', async () => {
  const old = { path: 'a', version: 1, bytes: noise(900) };
  const young = { path: 'a', version: 2, bytes: noise(900) };
  const flow = await flowWith(
    craftedChunk(old, 0, 500),
    craftedChunk(young, 0, 500),
    craftedChunk(young, 500, 900),
    craftedClose(young),
    craftedChunk(old, 500, 900),
    craftedClose(old),
  );
  const down = await flow.down();
  assert.deepEqual(flow.received(), { a: md5(young.bytes) });
  assert.deepEqual([down.open, down.failed, flow.disk.parts.size], [0, 0, 0]);
});

test('A newer version that is broken does not take the older one with it', async () => {
  const old = { path: 'a', version: 1, bytes: noise(900) };
  const young = { path: 'a', version: 2, bytes: noise(900) };
  for (const broken of [
    [craftedChunk(young, 0, 900, noise(900)), craftedClose(young)],
    [craftedPack([young], noise(900))],
  ]) {
    const flow = await flowWith(
      craftedChunk(old, 0, 500),
      ...broken,
      craftedChunk(old, 500, 900),
      craftedClose(old),
    );
    await flow.down({ bufferBytes: 1 });
    const { a, 'a.DIGEST_MISMATCH': aside } = flow.received();
    assert.equal(a, md5(old.bytes));
    assert.ok(aside !== undefined);
  }
});

test('An older version that comes late never replaces what was newer, whatever became of that at the sink', async () => {
  const bytes = { old: noise(600), new: noise(700) };
  for (const inPack of [true, false]) {
    const records = (version: number, content: Buffer): NewRecord[] => {
      const file = { path: 'a', bytes: content, version };
      return inPack ? [craftedPack([file])] : craftedUpload(file);
    };
    const changes: readonly ((flow: Flow) => void)[] = [
      (flow) => flow.disk.files.delete('shop/a'),
      (flow) => flow.disk.place('shop/a', Buffer.from('edited'), { mtime: '7', mode: 0o644 }),
      (flow) => flow.disk.place('shop/a', bytes.new, { mtime: '-2147483648000000000', mode: 0o644 }),
    ];
    for (const change of changes) {
      const flow = await flowWith(...records(2, bytes.new));
      assert.equal((await flow.down()).files, 1);
      change(flow);
      const standing = flow.received();
      await flow.append(records(1, bytes.old).map((record) => ({ partition: 1, record })));
      const down = await flow.down();
      assert.deepEqual([down.files, down.failed, down.open, flow.disk.parts.size], [0, 0, 0, 0]);
      assert.deepEqual(flow.received(), standing);
      // Read from the beginning, the newest is had again, and the older one is still passed over.
      const again = await flow.down({ reset: true });
      assert.deepEqual([again.failed, again.open], [0, 0]);
      assert.deepEqual(flow.received(), { a: md5(bytes.new) });
    }
  }
});
