import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAlgorithm } from '../../../test/support/arbitraries.ts';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { checksumAlgorithms, digestOf } from '../../records/checksum.ts';
import { createFileHasher } from './hasher.ts';
import { HashThread } from './thread.ts';
import { HashThreads, hashThreads } from './threads.ts';

const large = 1024 ** 3;

// Whatever machine this is.
hashThreads.most = 2;

/** The same bytes in memory that threads share. */
function sharedCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

const anyPieces = fc.array(fc.nat({ max: 5000 }).map(noise), { maxLength: 6 });

for (const [what, size] of [
  ['here', 0],
  ['in a thread', large],
] as const) {
  test(`A digest made ${what} is that of the bytes, however they come`, async () => {
    await fc.assert(
      fc.asyncProperty(anyAlgorithm, anyPieces, fc.boolean(), async (algorithm, pieces, isShared) => {
        const hasher = createFileHasher(algorithm, size);
        for (const piece of pieces) void hasher.update(isShared ? sharedCopy(piece) : piece);
        assert.equal(await hasher.digest(), digestOf(algorithm, Buffer.concat(pieces)));
      }),
      { numRuns: 60 },
    );
  });
}

test('Bytes may be overwritten as soon as update has resolved', async () => {
  const buffer = sharedCopy(noise(100_000));
  const wanted = digestOf('md5', Buffer.concat([buffer, Buffer.alloc(buffer.length, 7)]));
  const hasher = createFileHasher('md5', large);
  await hasher.update(buffer);
  buffer.fill(7);
  await hasher.update(buffer);
  buffer.fill(8);
  assert.equal(await hasher.digest(), wanted);
});

test('A view of a larger buffer is hashed, and nothing beside it', async () => {
  const whole = noise(10_000);
  for (const bytes of [whole.subarray(100, 300), sharedCopy(whole).subarray(100, 300)]) {
    const hasher = createFileHasher('sha256', large);
    await hasher.update(bytes);
    assert.equal(await hasher.digest(), digestOf('sha256', whole.subarray(100, 300)));
  }
});

test('Many files are hashed side by side, and dropped ones disturb nobody', async () => {
  const files = Array.from({ length: 30 }, (_, index) => ({
    bytes: noise(20_000 + index),
    algorithm: checksumAlgorithms[index % checksumAlgorithms.length]!,
  }));
  const digests = await Promise.all(
    files.map(async ({ bytes, algorithm }, index) => {
      const hasher = createFileHasher(algorithm, large);
      for (let at = 0; at < bytes.length; at += 5000) {
        await hasher.update(sharedCopy(bytes.subarray(at, at + 5000)));
        if (index % 5 === 4 && at > 5000) return hasher.drop();
      }
      return hasher.digest();
    }),
  );
  const wanted = files.map(({ bytes, algorithm }, index) =>
    index % 5 === 4 ? undefined : digestOf(algorithm, bytes),
  );
  assert.deepEqual(digests, wanted);
});

test('A thread that ends takes nobody along: what waits for it is told', async () => {
  let ended = 0;
  const thread = new HashThread({ idle: () => {}, ended: () => ended++ });
  const hasher = thread.hasher('md5');
  const update = hasher.update(sharedCopy(noise(1000)));
  await update;
  const digest = hasher.digest();
  thread.end();
  await assert.rejects(async () => {
    await digest;
    await hasher.update(noise(10));
  }, /thread that hashes has ended/);
  assert.equal(ended, 1);
});

test('A thread that was idle and is ending gets no more files', async () => {
  const threads = new HashThreads(0);
  for (let round = 0; round < 5; round++) {
    const hasher = threads.hasher('md5');
    const bytes = noise(100);
    await hasher.update(sharedCopy(bytes));
    assert.equal(await hasher.digest(), digestOf('md5', bytes));
    // One turn of the event loop, in which idle threads are told to end, and have not ended.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
});
