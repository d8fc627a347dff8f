import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { Buffers } from './buffers.ts';

test('So many buffers and no more; who waits gets the next that comes back, in turn', async () => {
  const buffers = new Buffers(2, 10);
  const [first, second] = [await buffers.take(), await buffers.take()];
  assert.deepEqual([first.length, second.length], [10, 10]);
  assert.notEqual(first, second);
  const served: number[] = [];
  const waiting = [1, 2].map((who) =>
    buffers.take().then((buffer) => {
      served.push(who);
      return buffer;
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual(served, []);
  buffers.give(second);
  buffers.give(first);
  assert.deepEqual(await Promise.all(waiting), [second, first]);
  assert.deepEqual(served, [1, 2]);
});

test('Pieces are as large as was asked for, never lie over each other, and come to be whole buffers again', async () => {
  const [count, size] = [3, 1000];
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 1200 }) }),
    fc.record({ give: fc.nat({ max: 200 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const buffers = new Buffers(count, size);
      const asked: number[] = [];
      const out: Uint8Array[] = [];
      let served = 0;
      const check = (piece: Uint8Array, wanted: number): void => {
        assert.equal(wanted, asked[served], 'who asked first is served first');
        served += 1;
        assert.ok(piece.length >= Math.min(wanted, size));
        assert.ok(piece.length < wanted * 2 + 1 || piece.length === Math.floor(size / 64));
        for (const other of out) {
          const isApart =
            other.buffer !== piece.buffer ||
            other.byteOffset + other.length <= piece.byteOffset ||
            piece.byteOffset + piece.length <= other.byteOffset;
          assert.ok(isApart, 'two have the same bytes');
        }
        out.push(piece);
      };
      const taking: Promise<void>[] = [];
      for (const one of steps) {
        if ('take' in one) {
          asked.push(one.take);
          taking.push(buffers.take(one.take).then((piece) => check(piece, one.take)));
        } else if (out.length > 0) {
          buffers.give(out.splice(one.give % out.length, 1)[0]!);
        }
        await new Promise(setImmediate);
      }
      while (served < asked.length) {
        assert.ok(out.length > 0, 'somebody waits, and nobody has anything');
        buffers.give(out.pop()!);
        await new Promise(setImmediate);
      }
      await Promise.all(taking);
      for (const piece of out.splice(0)) buffers.give(piece);
      const whole = await Promise.all(Array.from({ length: count }, () => buffers.take()));
      assert.deepEqual(
        whole.map(({ length, buffer }) => [length, buffer.byteLength]),
        Array(count).fill([size, size]),
      );
      assert.equal(new Set(whole.map(({ buffer }) => buffer)).size, count);
    }),
    { numRuns: 200, seed: 3 },
  );
});

test('Who is urgent gets what comes back next, and among themselves they take turns', async () => {
  const buffers = new Buffers(1, 10);
  const held = await buffers.take();
  const got: string[] = [];
  const take = async (name: string, isUrgent: boolean): Promise<void> => {
    const piece = await buffers.take(10, isUrgent);
    got.push(name);
    buffers.give(piece);
  };
  const all = [take('a', false), take('b', false), take('urgent 1', true), take('urgent 2', true)];
  buffers.give(held);
  await Promise.all(all);
  assert.deepEqual(got, ['urgent 1', 'urgent 2', 'a', 'b']);
});

test('Who is urgent makes do with a larger piece', async () => {
  const buffers = new Buffers(1, 1000);
  const pieces = [await buffers.take(500), await buffers.take(500)];
  const small = buffers.take(100, true);
  buffers.give(pieces[0]!);
  assert.equal((await small).length, 500);
  buffers.give(await small);
  buffers.give(pieces[1]!);
  assert.equal((await buffers.take()).length, 1000);
});

test('What nobody has is given back, and made again for who comes next', async () => {
  const buffers = new Buffers(2, 10);
  const [one, other] = [await buffers.take(), await buffers.take()];
  buffers.give(one);
  buffers.release();
  const third = await buffers.take();
  assert.notEqual(third.buffer, one.buffer);
  let has = false;
  const fourth = buffers.take().then((piece) => {
    has = true;
    return piece;
  });
  await Promise.resolve();
  assert.equal(has, false, 'two are under way');
  buffers.give(other);
  assert.equal((await fourth).buffer, other.buffer);
});
