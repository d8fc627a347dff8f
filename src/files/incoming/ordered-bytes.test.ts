import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { digestOf } from '../../records/checksum.ts';
import type { Chunk } from '../../records/file-record.ts';
import { MemoryBucket, MemoryBucketSink } from '../../stores/memory/bucket.ts';
import { Room } from '../../stores/room.ts';
import { OrderedBytes, type OrderedRooms } from './ordered-bytes.ts';

const ref = { uploader: 'shop', path: 'a', upload: '0'.repeat(32) };

function chunkOf(bytes: Uint8Array, start: number, end: number): Chunk {
  return {
    kind: 'chunk',
    ...ref,
    offset: start,
    size: bytes.length,
    checksum: 'md5',
    bytes: bytes.slice(start, end),
  };
}

function open(size: number, rooms: OrderedRooms, isRestored = false) {
  const sink = new MemoryBucketSink(new MemoryBucket());
  const part = sink.part(ref.upload, { target: 'shop/a', size });
  const bytes = new OrderedBytes({ part, size, rooms, memory: 1, isRestored, onTaken: () => {} });
  return { sink, bytes };
}

const rooms = (early: number, live = 1): OrderedRooms => ({
  early: new Room(early),
  live: new Room(live),
  turns: new Room(1),
});

test('Chunks in any order make the file, in as many turns as the room for what comes early needs', async () => {
  const size = 400;
  const file = noise(size);
  const cuts = Array.from({ length: 20 }, (_, index) => [index * 20, index * 20 + 20] as const);
  const orders = fc.shuffledSubarray(cuts, { minLength: cuts.length });
  await fc.assert(
    fc.asyncProperty(orders, fc.nat({ max: size }), async (order, early) => {
      const { sink, bytes } = open(size, rooms(early));
      for (let turns = 0; !bytes.complete; turns += 1) {
        assert.ok(turns < cuts.length);
        if (turns > 0) {
          assert.ok(bytes.isPassedOver, 'nothing was passed over, and something is missing');
          assert.equal(bytes.takeTurn(), 'with-others');
        }
        await Promise.all(order.map(([start, end]) => bytes.take(chunkOf(file, start, end))));
      }
      await bytes.settled();
      const digest = digestOf('md5', file);
      assert.equal(await bytes.digest(digest), digest);
      await sink.publish(
        ref.upload,
        'shop/a',
        { mtime: '0', mode: 0o644 },
        { upload: ref.upload, size, digest },
      );
      assert.equal(await sink.digestOfTarget('shop/a', 'md5'), digest);
    }),
    { numRuns: 100, seed: 3 },
  );
});

test('One that finds no place, or was begun by an earlier run, passes everything over until its turn', async () => {
  const file = noise(40);
  const shared = rooms(100);
  const first = open(40, shared).bytes;
  await first.take(chunkOf(file, 0, 20));
  const second = open(40, shared).bytes;
  await second.take(chunkOf(file, 0, 20));
  const restored = open(40, rooms(100), true).bytes;
  await restored.take(chunkOf(file, 0, 20));
  assert.deepEqual([first.bytes, second.bytes, restored.bytes], [20, 0, 0]);
  assert.deepEqual([first.isPassedOver, second.isPassedOver, restored.isPassedOver], [false, true, true]);
  first.end();
  await second.take(chunkOf(file, 20, 40));
  assert.equal(second.bytes, 0, 'it lacks what came before');
  assert.equal(second.takeTurn(), 'with-others');
  const third = open(40, shared).bytes;
  await third.take(chunkOf(file, 20, 40));
  for (const [start, end] of [
    [0, 20],
    [20, 40],
  ] as const)
    await second.take(chunkOf(file, start, end));
  assert.ok(second.complete);
  const fourth = open(40, shared).bytes;
  await fourth.take(chunkOf(file, 0, 20));
  assert.equal(fourth.takeTurn(), undefined);
  second.end();
  assert.equal(fourth.takeTurn(), 'with-others');
  await third.settled();
});
