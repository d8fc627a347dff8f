import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as othersTurn } from 'node:timers/promises';
import fc from '../../test/support/properties.ts';
import { AheadMemory, ReadAhead, type ReadAheadOptions } from './read-ahead.ts';

const content = Uint8Array.from({ length: 500 }, (_, index) => index % 251);

/** A file of `size` bytes that comes in chunks of `chunk`; what was asked for, and which of it is still wanted. */
function far(size: number, chunk: number, more: Partial<ReadAheadOptions> = {}) {
  const asked: string[] = [];
  const open = new Set<string>();
  const fetch: ReadAheadOptions['fetch'] = async (start, end, take, signal) => {
    const range = `${start}-${end}`;
    asked.push(range);
    open.add(range);
    signal.addEventListener('abort', () => open.delete(range));
    for (let at = start; at < end && !signal.aborted; at += chunk) {
      await othersTurn();
      take(content.subarray(at, Math.min(end, at + chunk)));
    }
    open.delete(range);
  };
  const memory = new AheadMemory(1000, 100);
  const file = new ReadAhead({ size, pieces: 2, memory, fetch, ...more });
  return { file, asked, open };
}

async function readAll(file: ReadAhead, step: number): Promise<Uint8Array> {
  const all: number[] = [];
  for (;;) {
    const buffer = new Uint8Array(step);
    const read = await file.read(buffer, all.length);
    if (read === 0) return Uint8Array.from(all);
    all.push(...buffer.subarray(0, read));
  }
}

test('Any reads of any file give its bytes', async () => {
  const sizes = fc.integer({ min: 0, max: 500 });
  const steps = fc.integer({ min: 1, max: 130 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      steps,
      steps,
      fc.array(fc.nat({ max: 600 }), { maxLength: 5 }),
      async (size, chunk, step, at) => {
        const { file } = far(size, chunk);
        assert.deepEqual(await readAll(file, step), content.subarray(0, size));
        for (const position of at) {
          const buffer = new Uint8Array(step);
          const read = await file.read(buffer, position);
          assert.deepEqual(
            buffer.subarray(0, read),
            content.subarray(position, Math.min(size, position + read)),
          );
          assert.equal(read > 0, position < size);
        }
        file.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('Each piece is asked for once, some ahead, and none before it is near', async () => {
  const { file, asked } = far(450, 30);
  await file.read(new Uint8Array(10), 0);
  assert.deepEqual(asked, ['0-100', '100-200', '200-300']);
  await readAll(file, 33);
  assert.deepEqual(asked, ['0-100', '100-200', '200-300', '300-400', '400-450']);
});

test('What may be asked for ahead is shared, and what is waited for is always asked for', async () => {
  const memory = new AheadMemory(250, 100);
  const [one, other] = [far(500, 50, { memory }), far(500, 50, { memory })];
  await one.file.read(new Uint8Array(1), 0);
  await other.file.read(new Uint8Array(1), 0);
  assert.deepEqual([one.asked, other.asked], [['0-100', '100-200'], ['0-100']]);
  one.file.close();
  await other.file.read(new Uint8Array(1), 1);
  assert.deepEqual(other.asked, ['0-100', '100-200']);
  other.file.close();
  for (const length of [100, 100, 50]) assert.equal(memory.take(length, false)?.length, length);
  assert.equal(memory.take(1, false), undefined);
});

test('Who jumps, or closes, ends what is not wanted any more', async () => {
  const { file, open } = far(500, 1);
  await file.read(new Uint8Array(1), 0);
  assert.deepEqual([...open], ['0-100', '100-200', '200-300']);
  const reading = file.read(new Uint8Array(100), 400);
  assert.deepEqual([...open], ['400-500']);
  file.close();
  await assert.rejects(reading, /closed while it was read/);
  assert.equal(open.size, 0);
});

test('What cannot be had is told to who reads it, and what came too short too', async () => {
  const gone = far(300, 1, { fetch: () => Promise.reject(new Error('gone')) });
  await assert.rejects(gone.file.read(new Uint8Array(1), 0), /gone/);
  const short = far(300, 1, { fetch: async (_start, _end, take) => take(new Uint8Array(5)) });
  assert.equal(await short.file.read(new Uint8Array(5), 0), 5);
  await assert.rejects(short.file.read(new Uint8Array(6), 0), /fewer bytes than the 100 from 0 on/);
});
