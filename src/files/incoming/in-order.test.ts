import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { Room } from '../../stores/room.ts';
import { InOrder } from './in-order.ts';

test('Chunks in any order, several times and cut anew give the file, as often as they have to come', () => {
  const size = 1000;
  const file = noise(size);
  const range = fc
    .tuple(fc.nat({ max: size - 1 }), fc.integer({ min: 1, max: 200 }))
    .map(([from, length]) => [from, Math.min(size, from + length)] as const);
  // Whatever else comes, these are the whole of it.
  const whole = Array.from({ length: 10 }, (_, index) => [index * 100, (index + 1) * 100] as const);
  const orders = fc.array(range, { maxLength: 20 }).chain((more) =>
    fc.shuffledSubarray([...whole, ...more], {
      minLength: whole.length + more.length,
      maxLength: whole.length + more.length,
    }),
  );
  fc.assert(
    fc.property(orders, fc.integer({ min: 0, max: size }), (ranges, limit) => {
      const inOrder = new InOrder(new Room(limit));
      const given: Buffer[] = [];
      for (let pass = 0; inOrder.position < size; pass += 1) {
        assert.ok(pass === 0 || inOrder.hasPassedOver, 'nothing was passed over, and something is missing');
        const before = inOrder.position;
        inOrder.again();
        for (const [from, to] of ranges) {
          // The memory of a record is used again.
          const bytes = Buffer.from(file.subarray(from, to));
          for (const piece of inOrder.take({ offset: from, bytes })) given.push(Buffer.from(piece));
          bytes.fill(0);
        }
        assert.ok(inOrder.position > before, 'each pass brings something');
      }
      assert.deepEqual(Buffer.concat(given), Buffer.from(file));
    }),
    { numRuns: 300, seed: 5 },
  );
});

test('What comes too early is kept up to the limit, and a byte that never comes is missed', () => {
  const inOrder = new InOrder(new Room(10));
  const take = (offset: number, length: number) => [
    ...inOrder.take({ offset, bytes: new Uint8Array(length) }),
  ];
  assert.deepEqual(take(2, 10), []);
  assert.equal(inOrder.hasPassedOver, false);
  assert.deepEqual(take(2, 10), [], 'it is there already');
  assert.equal(inOrder.hasPassedOver, false);
  assert.deepEqual(take(12, 1), []);
  assert.equal(inOrder.hasPassedOver, true);
  assert.equal(inOrder.position, 0);
  assert.deepEqual(
    take(0, 2).map(({ length }) => length),
    [2, 10],
  );
  assert.equal(inOrder.position, 12);
});
