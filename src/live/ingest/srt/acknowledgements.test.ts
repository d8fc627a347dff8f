import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Acknowledgements } from './acknowledgements.ts';

const rate = { packets: 7, bytes: 8 };

test('what is new is said, with what is known of the line', () => {
  const acknowledgements = new Acknowledgements(5);
  assert.equal(acknowledgements.due(0, 5, 0, rate), undefined);
  const due = acknowledgements.due(0, 9, 100, rate);
  assert.equal(due?.number, 1);
  const words = Array.from({ length: 7 }, (_, index) => due?.content.readUInt32BE(index * 4));
  assert.deepEqual(words, [9, 100_000, 50_000, 100, 7, 7, 8]);
});

test('it is said again until the sender has answered', () => {
  const acknowledgements = new Acknowledgements(5);
  acknowledgements.due(0, 9, 100, rate);
  assert.equal(acknowledgements.due(299, 9, 100, rate), undefined);
  assert.equal(acknowledgements.due(300, 9, 100, rate)?.number, 2);
  acknowledgements.answered(2, 340);
  assert.equal(acknowledgements.due(9999, 9, 100, rate), undefined);
  assert.equal(acknowledgements.roundTrip, 40);
});

test('that there is room again is news', () => {
  const acknowledgements = new Acknowledgements(5);
  acknowledgements.answered(acknowledgements.due(0, 9, 0, rate)?.number ?? 0, 1);
  assert.equal(acknowledgements.due(10, 9, 0, rate), undefined);
  assert.notEqual(acknowledgements.due(20, 9, 1, rate), undefined);
});

test('round trips are smoothed, and answers to what was never said count for nothing', () => {
  const acknowledgements = new Acknowledgements(0);
  for (let round = 1; round <= 50; round++) {
    const due = acknowledgements.due(round * 100, round, 10, rate);
    acknowledgements.answered(due?.number ?? 0, round * 100 + (round < 10 ? 10 : 30));
    acknowledgements.answered(4_000_000, round * 100);
    acknowledgements.answered(due?.number ?? 0, round * 100 + 90);
  }
  assert.ok(acknowledgements.roundTrip > 29 && acknowledgements.roundTrip < 30);
  assert.ok(acknowledgements.patience < 35);
});

test('an answer that comes after hours does not make the round trip a number that has no place in what is said', () => {
  const acknowledgements = new Acknowledgements(0);
  let now = 0;
  for (let round = 1; round <= 20; round++) {
    const due = acknowledgements.due(now, round, 10, rate);
    now += 24 * 3_600_000;
    acknowledgements.answered(due?.number ?? 0, now);
  }
  assert.notEqual(acknowledgements.due(now, 99, 10, rate), undefined);
  assert.ok(acknowledgements.roundTrip <= 5000 && acknowledgements.patience <= 20_000);
});

test('an answer confirms what its acknowledgement said, and all before it', () => {
  const acknowledgements = new Acknowledgements(5);
  const numbers = [9, 12, 15].map((next, index) => acknowledgements.due(index * 10, next, 100, rate)?.number);
  assert.deepEqual(numbers, [1, 2, 3]);
  acknowledgements.answered(2, 30);
  assert.equal(acknowledgements.roundTrip, 20);
  // The first was answered with it, and says nothing any more; the newest is doubtful still.
  acknowledgements.answered(1, 5000);
  assert.deepEqual([acknowledgements.roundTrip, acknowledgements.patience], [20, 60]);
  assert.equal(acknowledgements.due(79, 15, 100, rate), undefined);
  assert.equal(acknowledgements.due(80, 15, 100, rate)?.number, 4);
  acknowledgements.answered(3, 81);
  assert.equal(acknowledgements.due(9999, 15, 100, rate), undefined);
});

test('what is waited for is over the end of the numbers too', () => {
  const acknowledgements = new Acknowledgements(0x7ffffffe);
  acknowledgements.answered(acknowledgements.due(0, 2, 100, rate)?.number ?? 0, 10);
  assert.equal(acknowledgements.due(9999, 2, 100, rate), undefined);
});

test('each answer moves the round trip by an eighth, and how much it varies by a quarter', () => {
  const acknowledgements = new Acknowledgements(0);
  for (const [index, sample] of [80, 160, 0].entries())
    acknowledgements.answered(
      acknowledgements.due(index * 1000, index + 1, 10, rate)?.number ?? 0,
      index * 1000 + sample,
    );
  // 80 and 40; 90 and 50; then of 0.01 ms at the least.
  const [roundTrip, variance] = [90 + (0.01 - 90) / 8, 50 + (89.99 - 50) / 4];
  assert.ok(Math.abs(acknowledgements.roundTrip - roundTrip) < 1e-9);
  assert.ok(Math.abs(acknowledgements.patience - roundTrip - 4 * variance) < 1e-9);
});

test('of acknowledgements that nobody answers the newest 64 are known', () => {
  const acknowledgements = new Acknowledgements(0);
  for (let next = 1; next <= 65; next += 1) acknowledgements.due(next, next, 10, rate);
  acknowledgements.answered(1, 1000);
  assert.equal(acknowledgements.roundTrip, 100);
  acknowledgements.answered(2, 1002);
  assert.equal(acknowledgements.roundTrip, 1000);
});
