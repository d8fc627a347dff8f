import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { sequenceAfter } from './sequence.ts';

const made = (next: number) => new ReceiveBuffer({ next, patience: 100, capacity: 16 });
const payload = (number: number) => Buffer.from([number]);
const numbers = (payloads: readonly Buffer[]) => payloads.map((bytes) => bytes[0]);

test('packets come out in order, over the wrap of their numbers', () => {
  const buffer = made(0x7ffffffe);
  for (const ahead of [1, 0, 3, 2]) buffer.insert(sequenceAfter(0x7ffffffe, ahead), payload(ahead), 0);
  assert.deepEqual(numbers(buffer.take()), [0, 1, 2, 3]);
  assert.equal(buffer.next, 2);
});

test('what is missing is asked for at once, and again when an answer would have come', () => {
  const buffer = made(10);
  buffer.insert(10, payload(10), 0);
  buffer.insert(13, payload(13), 0);
  buffer.insert(15, payload(15), 0);
  assert.equal(buffer.missing, 3);
  const all = [
    { first: 11, last: 12 },
    { first: 14, last: 14 },
  ];
  assert.deepEqual(buffer.ask(Number.NEGATIVE_INFINITY, 0, 9), all);
  assert.deepEqual(buffer.ask(Number.NEGATIVE_INFINITY, 5, 9), []);
  assert.deepEqual(buffer.ask(0, 20, 1), all.slice(0, 1));
  assert.deepEqual(buffer.ask(0, 20, 1), all.slice(1));
});

test('what does not come is given up after the patience from when it was missed', () => {
  const buffer = made(0);
  buffer.insert(2, payload(2), 50);
  buffer.insert(1, payload(1), 140);
  assert.deepEqual(buffer.takeDue(149), []);
  assert.deepEqual(numbers(buffer.takeDue(150)), [1, 2]);
  assert.deepEqual([buffer.lost, buffer.missing], [1, 0]);
  assert.equal(buffer.insert(0, payload(0), 151), false);
});

test('what its sender has dropped is neither waited nor asked for', () => {
  const buffer = made(0);
  buffer.insert(3, payload(3), 0);
  buffer.drop({ first: 0, last: 1 }, 0);
  assert.deepEqual(buffer.ask(0, 0, 9), [{ first: 2, last: 2 }]);
  buffer.insert(2, payload(2), 1);
  assert.deepEqual(numbers(buffer.takeDue(1)), [2, 3]);
  buffer.drop({ first: 4, last: 6 }, 1);
  assert.deepEqual(buffer.takeDue(1), []);
  assert.equal(buffer.next, 7);
  for (const range of [
    { first: 0, last: 3 },
    { first: 9, last: 8 },
    { first: 9, last: 1_000_000 },
  ])
    buffer.drop(range, 1);
  assert.deepEqual([buffer.next, buffer.span], [7, 0]);
});

test('a packet far ahead pushes out what is in its way', () => {
  const buffer = made(0);
  buffer.insert(1, payload(1), 0);
  assert.equal(buffer.insert(16, payload(16), 0), false);
  assert.deepEqual(buffer.makeRoom(15), []);
  assert.deepEqual(numbers(buffer.makeRoom(18)), [1]);
  assert.equal(buffer.insert(18, payload(18), 0), true);
  assert.deepEqual([buffer.next, buffer.span, buffer.missing, buffer.lost], [3, 16, 15, 2]);
  assert.deepEqual(numbers(buffer.makeRoom(1_000_000)), [18]);
  assert.equal(buffer.insert(1_000_000, payload(7), 0), true);
  assert.deepEqual(numbers(buffer.rest()), [7]);
  assert.deepEqual([buffer.span, buffer.missing], [0, 0]);
});

test('room is made for just what is to come, and no more is given out', () => {
  const buffer = made(0);
  buffer.insert(1, payload(1), 0);
  buffer.insert(2, payload(2), 0);
  buffer.insert(4, payload(4), 0);
  assert.deepEqual(numbers(buffer.makeRoom(16)), []);
  assert.deepEqual([buffer.next, buffer.lost, buffer.missing, buffer.span], [1, 1, 1, 4]);
  assert.deepEqual(numbers(buffer.makeRoom(17)), [1]);
  assert.deepEqual([buffer.next, buffer.lost, buffer.missing, buffer.span], [2, 1, 1, 3]);
  assert.deepEqual(numbers(buffer.take()), [2]);
  assert.deepEqual(numbers(buffer.rest()), [4]);
  assert.equal(buffer.lost, 2);
});

test('what has come, lies before or behind, is not missing', () => {
  const buffer = made(10);
  buffer.insert(10, payload(10), 0);
  buffer.take();
  assert.equal(buffer.isMissing(11), false);
  buffer.insert(13, payload(13), 0);
  assert.deepEqual(
    [9, 10, 11, 12, 13, 14].map((sequence) => buffer.isMissing(sequence)),
    [false, false, true, true, false, false],
  );
});

test('what was dropped behind the farthest one ends a range that is asked for', () => {
  const buffer = made(0);
  buffer.insert(2, payload(2), 0);
  buffer.drop({ first: 1, last: 4 }, 0);
  assert.deepEqual([buffer.span, buffer.missing], [5, 4]);
  assert.deepEqual(buffer.ask(0, 0, 9), [{ first: 0, last: 0 }]);
  assert.deepEqual(buffer.takeDue(99), []);
  buffer.insert(0, payload(0), 99);
  assert.deepEqual(numbers(buffer.takeDue(99)), [0, 2]);
  assert.deepEqual([buffer.next, buffer.span, buffer.missing, buffer.lost], [5, 0, 0, 3]);
});

test('whatever comes in whatever order: each packet once, in order, the lost ones counted', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('insert' as const), ahead: fc.integer({ min: -20, max: 60 }) }),
    fc.record({ do: fc.constant('drop' as const), ahead: fc.integer({ min: -3, max: 20 }) }),
    fc.record({ do: fc.constant('wait' as const), ahead: fc.integer({ min: 1, max: 120 }) }),
  );
  const first = fc.constantFrom(0, 5, 0x7ffffff0);
  fc.assert(
    fc.property(first, fc.array(step, { maxLength: 80 }), (first, steps) => {
      const buffer = made(first);
      const out: number[] = [];
      const take = (payloads: readonly Buffer[]) =>
        out.push(...payloads.map((bytes) => bytes.readUInt32BE(0)));
      let now = 0;
      for (const { do: what, ahead } of steps) {
        const sequence = sequenceAfter(buffer.next, ahead);
        if (what === 'wait') now += ahead;
        if (what === 'drop') buffer.drop({ first: sequence, last: sequenceAfter(sequence, 2) }, now);
        if (what === 'insert') {
          take(buffer.makeRoom(sequence));
          const bytes = Buffer.alloc(4);
          bytes.writeUInt32BE(sequence);
          buffer.insert(sequence, bytes, now);
        }
        take(buffer.takeDue(now));
        assert.ok(buffer.span <= 16 && buffer.missing <= buffer.span);
        if (buffer.missing === 0) assert.equal(buffer.span, 0);
      }
      take(buffer.rest());
      const places = out.map((sequence) => (sequence - first) & 0x7fffffff);
      assert.deepEqual(
        places,
        [...new Set(places)].toSorted((a, b) => a - b),
      );
      assert.equal(places.length + buffer.lost, (buffer.next - first) & 0x7fffffff);
    }),
    { numRuns: 300 },
  );
});

test('what was dropped may reach as far as the ring does, and no farther', () => {
  for (const [last, next] of [
    [15, 16],
    [16, 0],
  ] as const) {
    const buffer = made(0);
    buffer.drop({ first: 0, last }, 0);
    assert.equal(buffer.span, next);
    buffer.takeDue(0);
    assert.deepEqual([buffer.next, buffer.lost, buffer.span], [next, next, 0]);
  }
});
