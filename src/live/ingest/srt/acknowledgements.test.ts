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
