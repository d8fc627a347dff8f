import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { anyAlgorithm } from '../../../test/support/arbitraries.ts';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Chunk } from '../../records/file-record.ts';
import type { PartFile, UnfinishedUpload } from '../../stores/contract.ts';
import { MemoryDisk, MemorySink } from '../../stores/memory/sink.ts';
import { VanishedError } from '../../stores/vanished.ts';
import { ConflictError } from './incoming-bytes.ts';
import { IncomingUpload } from './incoming-upload.ts';
import { believedFor, StoredBytes } from './stored-bytes.ts';

const noStop = new AbortController().signal;
const ref = { uploader: 'shop', path: 'a', upload: '0'.repeat(32) };

function open(size: number, disk = new MemoryDisk(), part: PartFile = new MemorySink(disk).part(ref.upload)) {
  return { disk, upload: uploadInto(part, size) };
}

function uploadInto(part: PartFile, size: number, unfinished?: UnfinishedUpload): IncomingUpload {
  const target = 'shop/a';
  const bytes = (onWritten: () => void) =>
    new StoredBytes({ part, size, target, ranges: unfinished?.ranges, onWritten });
  return new IncomingUpload({ ref, topic: 't', size, target, unfinished, bytes });
}

function chunkOf(bytes: Uint8Array, start: number, end: number, other?: Uint8Array): Chunk {
  const own = other ?? bytes.subarray(start, end);
  return { kind: 'chunk', ...ref, offset: start, size: bytes.length, checksum: 'md5', bytes: own };
}

/** A way to cut, repeat and order the bytes of a file so that every byte comes at least once. */
function anyCut(size: number): fc.Arbitrary<[number, number][]> {
  const range = fc
    .tuple(fc.nat({ max: size }), fc.nat({ max: size }))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
  return fc
    .tuple(fc.array(fc.nat({ max: size }), { maxLength: 8 }), fc.array(range, { maxLength: 6 }))
    .chain(([cuts, extra]) => {
      const points = [...new Set([0, ...cuts, size])].sort((a, b) => a - b);
      const cover = points.slice(1).map((end, index): [number, number] => [points[index]!, end]);
      const all = [...cover, ...extra].filter(([start, end]) => start < end);
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
}

test('Any cut, in any order, with any repeats, gives the same bytes and the same digest', async () => {
  const cases = fc
    .integer({ min: 0, max: 60 })
    .chain((size) => fc.tuple(fc.constant(noise(size)), anyCut(size)));
  await fc.assert(
    fc.asyncProperty(cases, anyAlgorithm, fc.boolean(), async ([bytes, cuts], algorithm, sideBySide) => {
      const { disk, upload } = open(bytes.length);
      const takes: Promise<void>[] = [];
      for (const [start, end] of cuts) {
        const take = upload.take(chunkOf(bytes, start, end));
        takes.push(take);
        if (!sideBySide) await take;
      }
      await Promise.all(takes);
      await upload.settled();
      assert.ok(upload.complete);
      assert.equal(upload.missing, '');
      assert.equal(upload.bytes, bytes.length);
      assert.equal(await upload.digest(digestOf(algorithm, bytes), noStop), digestOf(algorithm, bytes));
      assert.deepEqual(Buffer.from(disk.parts.get(ref.upload) ?? []), bytes);
    }),
    { numRuns: 100 },
  );
});

test('Remembered in the middle and gone on with: the same digest', async () => {
  const bytes = noise(50);
  await fc.assert(
    fc.asyncProperty(anyCut(50), fc.nat({ max: 20 }), async (cuts, before) => {
      const disk = new MemoryDisk();
      const { upload } = open(50, disk);
      for (const [start, end] of cuts.slice(0, before)) await upload.take(chunkOf(bytes, start, end));
      const unfinished = await upload.sync();
      assert.equal(upload.dirty, false);
      const part = new MemorySink(disk).part(ref.upload);
      const next = uploadInto(part, 50, unfinished);
      for (const [start, end] of cuts.slice(before)) await next.take(chunkOf(bytes, start, end));
      assert.ok(next.complete);
      assert.equal(await next.digest(digestOf('md5', bytes), noStop), digestOf('md5', bytes));
    }),
  );
});

test('Other bytes in a range that has come are a conflict, wherever they differ', async () => {
  const bytes = noise(30);
  for (const [start, end] of [
    [0, 10],
    [5, 15],
    [9, 10],
    [0, 30],
  ] as const) {
    const { upload } = open(30);
    await upload.take(chunkOf(bytes, 0, 10));
    const other = Buffer.from(bytes.subarray(start, end));
    other[Math.min(9, end - 1) - start]! ^= 1;
    await assert.rejects(upload.take(chunkOf(bytes, start, end, other)), ConflictError);
  }
});

test('Right bytes that overlap are no conflict, however many come at once and in whatever order they are written', async () => {
  const bytes = noise(60);
  const cut = fc.tuple(fc.nat({ max: 59 }), fc.integer({ min: 1, max: 20 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { maxLength: 12 }),
      fc.infiniteStream(fc.nat({ max: 5 })),
      async (cuts, turns) => {
        const part = new MemorySink(new MemoryDisk()).part(ref.upload);
        const late = async (): Promise<void> => {
          for (let turn = turns.next().value ?? 0; turn > 0; turn--) await setImmediate();
        };
        const { upload } = open(60, new MemoryDisk(), {
          ...part,
          write: async (piece, position) => {
            await late();
            await part.write(piece, position);
          },
          read: async (buffer, position) => {
            await late();
            return part.read(buffer, position);
          },
        });
        const all: [number, number][] = [
          ...cuts.map(([start, size]): [number, number] => [start, Math.min(60, start + size)]),
          [0, 60],
        ];
        await Promise.all(all.map(([start, end]) => upload.take(chunkOf(bytes, start, end))));
        await upload.settled();
        assert.equal(await upload.digest(digestOf('md5', bytes), noStop), digestOf('md5', bytes));
      },
    ),
  );
});

test('Wrong bytes that overlap are found before anybody can call it settled', async () => {
  const bytes = noise(30);
  const { upload } = open(30);
  const taken = [upload.take(chunkOf(bytes, 0, 20)), upload.take(chunkOf(bytes, 10, 30, noise(20)))].map(
    (work) => work.catch((error: unknown) => error),
  );
  assert.ok(upload.complete);
  await assert.rejects(upload.settled(), ConflictError);
  await Promise.all(taken);
});

test('Bytes that lay on the disk for long are read back, and what was changed in place is found', async () => {
  const bytes = noise(30);
  for (const wait of [0, believedFor + 1000]) {
    const disk = new MemoryDisk();
    const { upload } = open(30, disk);
    upload.saw(0, 7);
    await upload.take(chunkOf(bytes, 0, 20));
    disk.parts.get(ref.upload)!.fill(0, 3, 5);
    await upload.take(chunkOf(bytes, 20, 30));
    const wanted = digestOf('md5', bytes);
    const digest = await upload.digest(wanted, noStop, performance.now() + wait);
    assert.deepEqual([digest === wanted, upload.mayBeDamaged], wait === 0 ? [true, false] : [false, true]);
  }
});

test('What is missing is named, and not at length', async () => {
  const bytes = noise(40);
  const { upload } = open(40);
  assert.equal(upload.missing, '0..39');
  await upload.take(chunkOf(bytes, 5, 10));
  assert.equal(upload.missing, '0..4, 10..39');
  assert.equal(upload.complete, false);
  for (let at = 12; at < 40; at += 2) await upload.take(chunkOf(bytes, at, at + 1));
  assert.equal(upload.missing, '0..4, 10..11, 13..13, 15..15, 17..17 and 11 more ranges');
});

test('A write that failed is never forgotten', async () => {
  const bytes = noise(20);
  const disk = new MemoryDisk();
  const part = new MemorySink(disk).part(ref.upload);
  let isBroken = true;
  const { upload } = open(20, disk, {
    ...part,
    write: async (piece, position) => {
      if (isBroken) throw new Error('no');
      await part.write(piece, position);
    },
  });
  await assert.rejects(upload.take(chunkOf(bytes, 0, 10)), /no/);
  isBroken = false;
  await upload.take(chunkOf(bytes, 10, 20));
  assert.ok(upload.complete);
  await assert.rejects(upload.settled(), /no/);
  assert.deepEqual((await upload.sync()).ranges, [[10, 20]]);
});

test('Only what is written is remembered, while more is on its way', async () => {
  const bytes = noise(20);
  const disk = new MemoryDisk();
  const part = new MemorySink(disk).part(ref.upload);
  const gate = Promise.withResolvers<void>();
  const { upload } = open(20, disk, {
    ...part,
    write: async (piece, position) => {
      if (position > 0) await gate.promise;
      await part.write(piece, position);
    },
  });
  await upload.take(chunkOf(bytes, 0, 10));
  const second = upload.take(chunkOf(bytes, 10, 20));
  assert.ok(upload.complete);
  assert.deepEqual((await upload.sync()).ranges, [[0, 10]]);
  gate.resolve();
  await second;
  assert.ok(upload.dirty);
  assert.deepEqual((await upload.sync()).ranges, [[0, 20]]);
});

test('A temporary file that is shorter than it should be is no whole file with another digest', async () => {
  const bytes = noise(30);
  const part = new MemorySink(new MemoryDisk()).part(ref.upload);
  const ranges: [number, number][] = [[0, 30]];
  const unfinished = { ...ref, size: 30, ranges, close: undefined, topic: '', seen: [] };
  const upload = uploadInto(part, 30, unfinished);
  await assert.rejects(upload.digest(digestOf('md5', bytes), noStop), VanishedError);
});
