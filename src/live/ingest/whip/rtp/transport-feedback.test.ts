import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../../test/support/properties.ts';
import { TransportFeedback } from './transport-feedback.ts';

/** What a sender reads from a message: packets and their times in milliseconds; undefined: lost. */
function read(message: Buffer): Map<number, number | undefined> {
  assert.equal(message[0], 0x8f);
  assert.equal(message[1], 205);
  assert.equal(message.length, 4 * (message.readUInt16BE(2) + 1));
  const [first, count] = [message.readUInt16BE(12), message.readUInt16BE(14)];
  let ticks = message.readUIntBE(16, 3) * 256;
  const symbols: number[] = [];
  let at = 20;
  for (; symbols.length < count; at += 2) {
    const chunk = message.readUInt16BE(at);
    if ((chunk & 0x8000) === 0) symbols.push(...Array<number>(chunk & 0x1fff).fill((chunk >> 13) & 3));
    else for (let bit = 12; bit >= 0; bit -= 2) symbols.push((chunk >> bit) & 3);
  }
  const found = new Map<number, number | undefined>();
  for (const [index, symbol] of symbols.slice(0, count).entries()) {
    if (symbol === 1) ticks += message[at]!;
    if (symbol === 2) ticks += message.readInt16BE(at);
    at += symbol;
    found.set((first + index) & 0xffff, symbol === 0 ? undefined : ticks / 4);
  }
  assert.ok(message.length - at < 4, 'nothing but padding is left');
  return found;
}

test('what came is told with its time, what did not is told too', () => {
  const feedback = new TransportFeedback();
  assert.equal(feedback.take(7), undefined);
  feedback.push(65_534, 1000);
  feedback.push(0, 1010.25);
  feedback.push(1, 1200);
  const first = feedback.take(7)!;
  assert.equal(first.readUInt32BE(8), 7);
  assert.deepEqual(
    [...read(first)],
    [
      [65_534, 1000],
      [65_535, undefined],
      [0, 1010.25],
      [1, 1200],
    ],
  );
  // What comes after all was told to be lost; the next message begins behind it.
  feedback.push(65_535, 1210);
  assert.equal(feedback.take(7), undefined);
  feedback.push(3, 1220);
  const second = feedback.take(7)!;
  assert.deepEqual(
    [...read(second)],
    [
      [2, undefined],
      [3, 1220],
    ],
  );
  assert.equal(second[19], 1);
});

test('any pattern is read as it was written, over as many messages as it takes', () => {
  const packets = fc.array(
    fc.record({
      skip: fc.oneof(fc.constant(0), fc.nat({ max: 40 })),
      wait: fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 20_000 })),
    }),
    { minLength: 1, maxLength: 80 },
  );
  fc.assert(
    fc.property(fc.nat({ max: 65_535 }), packets, (first, steps) => {
      const feedback = new TransportFeedback();
      let [sequence, now] = [first, 5000];
      const sent = new Map<number, number>();
      for (const { skip, wait } of steps) {
        sequence += skip + 1;
        now += wait;
        feedback.push(sequence & 0xffff, now);
        sent.set(sequence & 0xffff, now);
      }
      const told = new Map<number, number>();
      for (let message = feedback.take(1); message !== undefined; message = feedback.take(1))
        for (const [each, time] of read(message)) if (time !== undefined) told.set(each, time);
      assert.deepEqual([...told], [...sent]);
    }),
  );
});

test('while nobody takes what came, the newest of it is kept and no more', () => {
  const feedback = new TransportFeedback();
  for (let sequence = 0; sequence < 100_000; sequence += 1) feedback.push(sequence & 0xffff, sequence / 100);
  assert.equal(feedback.waiting, 1200);
  assert.equal(read(feedback.take(1)!).has(99_999 & 0xffff), true);
});

const chunks = (message: Buffer): string[] => {
  const found: string[] = [];
  let count = message.readUInt16BE(14);
  for (let at = 20; count > 0; at += 2) {
    const chunk = message.readUInt16BE(at);
    found.push(message.toString('hex', at, at + 2));
    count -= (chunk & 0x8000) === 0 ? chunk & 0x1fff : 7;
  }
  return found;
};

test('runs of seven and more are told by one word, others by two bits each', () => {
  const of = (...came: readonly number[]) => {
    const feedback = new TransportFeedback();
    for (const sequence of came) feedback.push(sequence, 1000);
    return chunks(feedback.take(1)!);
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  assert.deepEqual(of(...upTo(7)), ['2007']);
  assert.deepEqual(of(...upTo(6)), ['d554']);
  assert.deepEqual(of(0, 2), ['d100']);
  // One that came, eight that did not, one that came.
  assert.deepEqual(of(0, 9), ['d000', 'c100']);
  assert.deepEqual(of(...upTo(7), 15), ['2007', '0008', 'd000']);
});

test('times are told in quarters of a millisecond, in one byte as far as it goes', () => {
  const told = (...times: readonly number[]) => {
    const feedback = new TransportFeedback();
    for (const [sequence, time] of times.entries()) feedback.push(sequence, time);
    const message = feedback.take(1)!;
    return [message.readUIntBE(16, 3), message.toString('hex', 22, 4 * (message.readUInt16BE(2) + 1))];
  };
  // 1000 is 40 ms behind 15 times 64.
  assert.deepEqual(told(1000, 1063.75), [15, 'a0ff']);
  assert.deepEqual(told(1000, 1064), [15, 'a00100000000']);
  assert.deepEqual(told(1000, 999.75), [15, 'a0ffff000000']);
  assert.deepEqual(told(960), [15, '0000']);
  assert.deepEqual(told(959.75), [14, 'ff00']);
  // 24 bits of 64 ms.
  assert.deepEqual(told(2 ** 24 * 64 + 64), [1, '0000']);
});

test('what is too far apart for sixteen bits begins another message, and so does what is too much', () => {
  const counts = (...times: readonly number[]) => {
    const feedback = new TransportFeedback();
    for (const [sequence, time] of times.entries()) feedback.push(sequence, time);
    const found: number[] = [];
    for (let message = feedback.take(1); message !== undefined; message = feedback.take(1))
      found.push(message.readUInt16BE(14));
    return found;
  };
  assert.deepEqual(counts(1000, 1000 + 8191.75), [2]);
  assert.deepEqual(counts(1000, 1000 + 8192), [1, 1]);
  assert.deepEqual(counts(10_000, 10_000 - 8192), [2]);
  assert.deepEqual(counts(10_000, 10_000 - 8192.25), [1, 1]);
  const wide = new TransportFeedback();
  wide.push(0, 1000);
  wide.push(1200, 1000);
  const [first, count] = [12, 14].map((at) => wide.take(1)?.readUInt16BE(at));
  assert.equal(first, 1);
  assert.equal(count, undefined);
});

test('messages are counted, up to 255 and from 0 again; what came twice is told once', () => {
  const feedback = new TransportFeedback();
  for (let index = 0; index < 257; index += 1) {
    feedback.push(index, 1000 + index);
    feedback.push(index, 5000 + index);
    assert.equal(feedback.waiting, 1);
    const message = feedback.take(1)!;
    assert.equal(message[19], index & 0xff);
    assert.deepEqual([...read(message)], [[index, 1000 + index]]);
    assert.equal(feedback.waiting, 0);
  }
});

test('packets that came in another order are told in their own', () => {
  const feedback = new TransportFeedback();
  for (const [sequence, time] of [
    [12, 1000],
    [10, 1064],
    [11, 999],
  ] as const)
    feedback.push(sequence, time);
  assert.deepEqual(
    [...read(feedback.take(1)!)],
    [
      [10, 1064],
      [11, 999],
      [12, 1000],
    ],
  );
});

test('a quarter of a millisecond more than one byte has takes two', () => {
  for (const apart of [63.75, 64, 64.25, -0.25]) {
    const feedback = new TransportFeedback();
    feedback.push(0, 1000);
    feedback.push(1, 1000 + apart);
    assert.deepEqual(
      [...read(feedback.take(1)!)],
      [
        [0, 1000],
        [1, 1000 + apart],
      ],
    );
  }
});
