import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchBytes, Flow, noise, smallLimit } from '../support/flow.ts';

/** Bytes of a file in a full chunk of this path, found by sending one. */
async function fullChunk(path: string): Promise<number> {
  const flow = new Flow();
  flow.source.write(path, noise(5000));
  await flow.up();
  const [first] = await flow.records();
  assert.equal(first?.decoded?.kind, 'chunk');
  return first?.value?.length ?? 0;
}

test('0 bytes, 1 byte, k chunks, one byte less, one more', async () => {
  const chunk = await fullChunk('size-0000');
  const flow = new Flow();
  const sizes = [
    0,
    1,
    2,
    chunk - 1,
    chunk,
    chunk + 1,
    3 * chunk - 1,
    3 * chunk,
    3 * chunk + 1,
    40 * chunk + 7,
  ];
  for (const [index, size] of sizes.entries()) flow.source.write(`size-000${index}`, noise(size));
  const up = await flow.up();
  assert.equal(up.files, sizes.length);
  assert.equal(
    up.bytes,
    sizes.reduce((sum, size) => sum + size),
  );
  const down = await flow.down();
  assert.equal(down.files, sizes.length);
  assert.equal(down.open, 0);
  assert.deepEqual(flow.received(), flow.sent());
  const chunks = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'chunk');
  assert.equal(
    chunks.length,
    sizes.reduce((sum, size) => sum + Math.ceil(size / chunk), 0),
  );
});

test('A full chunk fills its batch to the byte, whatever the path and the limit', async () => {
  for (const limit of [1024, 1025, 4096, 20_000, 65_536, 1_048_588, 2_097_164, 10_485_760]) {
    const flow = new Flow({ maxMessageBytes: limit, partitions: 1 });
    const paths = [
      'a',
      'a'.repeat(63),
      'a'.repeat(64),
      `${'é'.repeat(60)}/x`,
      `${'d'.repeat(200)}/${'f'.repeat(60)}`,
    ];
    const fitting = limit < 65_536 ? paths : paths.slice(0, 2);
    for (const path of fitting) flow.source.write(path, noise(2 * limit));
    await flow.up({ bufferBytes: 4 * limit });
    const chunks = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'chunk');
    const full = chunks.filter(({ decoded, value }) => {
      return decoded?.kind === 'chunk' && decoded.offset + value!.length < decoded.size;
    });
    assert.ok(full.length >= fitting.length);
    // Unless larger ones were asked for, they are such as copiers made of Java's producers send on.
    const most = Math.min(limit, 1_048_561);
    for (const record of full) assert.equal(batchBytes(record), most);
    for (const record of chunks) assert.ok(batchBytes(record) <= most);
  }
});

test('A topic that takes records of gigabytes gets the chunks that were chosen, and the memory holds three of', async () => {
  const flow = new Flow({ maxMessageBytes: 2 ** 31 - 1 });
  flow.source.write('a', Buffer.alloc(5 * 1024 * 1024, 'x'));
  await flow.up({ bufferBytes: 6 * 1024 * 1024, chunkSize: 2 * 1024 * 1024 });
  const chunks = (await flow.records()).filter(({ decoded }) => decoded?.kind === 'chunk');
  assert.deepEqual(
    chunks.map(({ value }) => value?.length),
    [2 * 1024 * 1024, 2 * 1024 * 1024, 1024 * 1024],
  );
});

test('A pack never exceeds the limit', async () => {
  for (const [limit, size, count] of [
    [1024, 0, 40],
    [1024, 100, 40],
    [4096, 333, 60],
    [65_536, 0, 600],
    [65_536, 1000, 300],
  ] as const) {
    const flow = new Flow({ maxMessageBytes: limit, partitions: 2 });
    for (let index = 0; index < count; index++)
      flow.source.write(`ö/${'n'.repeat(index % 50)}${index}`, noise(size));
    const up = await flow.up({ packBelow: limit, linger: 50, checksum: 'sha256' });
    assert.equal(up.files, count);
    const packs = await flow.records();
    assert.ok(packs.every(({ decoded }) => decoded?.kind === 'pack'));
    assert.ok(Math.max(...packs.map(batchBytes)) <= limit);
    await flow.down();
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('Chunks of a size that was asked for', async () => {
  const flow = new Flow();
  flow.source.write('a', noise(1000));
  await flow.up({ chunkSize: 300, connections: 1 });
  assert.deepEqual(
    (await flow.records()).map(({ value }) => value?.length),
    [300, 300, 300, 100, 0],
  );
  await flow.down();
  assert.deepEqual(flow.received(), flow.sent());
});

test('A chunk size that cannot fit is refused with the largest that can', async () => {
  const flow = new Flow();
  const largest = await fullChunk('x');
  await assert.rejects(flow.up({ chunkSize: largest + 1, name: 'shop' }), (error) => {
    return (
      error instanceof Error &&
      error.message.includes(` ${largest} bytes`) &&
      error.name === 'ConfigurationError'
    );
  });
  flow.source.write('x', noise(largest * 2));
  await flow.up({ chunkSize: largest });
  assert.equal(batchBytes((await flow.records())[0]!), smallLimit);
});

test('Without packs every file has its own records', async () => {
  const flow = new Flow();
  for (let index = 0; index < 5; index++) flow.source.write(`f${index}`, noise(10));
  await flow.up({ packBelow: 0 });
  const kinds = (await flow.records()).map(({ decoded }) => decoded?.kind).toSorted();
  assert.deepEqual(kinds, [...Array(5).fill('chunk'), ...Array(5).fill('close')]);
});

test('Every checksum', async () => {
  for (const checksum of ['md5', 'sha256', 'crc64nvme'] as const) {
    const flow = new Flow();
    flow.source.write('large', noise(5000));
    flow.source.write('small', noise(50));
    flow.source.write('empty', noise(0));
    await flow.up({ checksum, packBelow: 100 });
    assert.ok(flow.told('sent').every(({ digest }) => digest.startsWith(`${checksum}:`)));
    assert.equal((await flow.down()).files, 3);
    assert.deepEqual(flow.received(), flow.sent());
  }
});

test('Times and modes come with the bytes', async () => {
  const flow = new Flow();
  flow.source.write('packed', noise(10), { mtime: '1234567890123456789', mode: 0o755 });
  flow.source.write('chunked', noise(5000), { mtime: '-86400000000000', mode: 0o400 });
  await flow.up({ packBelow: 100 });
  await flow.down();
  const look = (path: string) => {
    const { mtime, mode } = flow.disk.files.get(`shop/${path}`)!;
    return { mtime, mode };
  };
  assert.deepEqual(look('packed'), { mtime: '1234567890123456789', mode: 0o755 });
  assert.deepEqual(look('chunked'), { mtime: '-86400000000000', mode: 0o400 });
});
