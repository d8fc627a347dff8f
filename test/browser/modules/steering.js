// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aim, hangs, Penalty, steer } from '../../../web/steering.js';

test('everybody aims at the same distance, unless bytes come later than that', () => {
  /** @type {readonly [edge: number | undefined, penalty: number, target: number][]} */
  const table = [
    [undefined, 0, 0.65],
    [0.05, 0, 0.65],
    [0.35, 0, 0.65],
    [0.36, 0, 0.75],
    [0.9, 0, 1.25],
    [0.05, 0.25, 0.9],
  ];
  for (const [edge, penalty, target] of table) assert.equal(aim(0.65, 0.3, edge, penalty), target);
});

test('a publisher whose clock is before or behind ours is followed all the same', () => {
  // Seven seconds into the future: what comes was taken "in seven seconds".
  assert.equal(aim(0.65, 0.3, -7, 0), -6.5);
  assert.equal(aim(0.65, 0.3, 30, 0), 30.5);
});

test('whoever waits although there is more to show hangs; whoever waits for the publisher does not', () => {
  assert.equal(hangs(11_000, 12), true);
  assert.equal(hangs(11_000, 1), false);
  assert.equal(hangs(3000, 12), false);
});

test('small errors are left alone, larger ones played away, huge ones jumped over', () => {
  const at = { target: 0.65, ahead: 0.4, rate: 1 };
  assert.deepEqual(steer({ ...at, latency: 0.66 }), { rate: 1, jump: 0 });
  assert.deepEqual(steer({ ...at, latency: 0.77 }), { rate: 1.1, jump: 0 });
  assert.deepEqual(steer({ ...at, latency: 0.53 }), { rate: 0.9, jump: 0 });
  assert.deepEqual(steer({ ...at, latency: 1.6 }), { rate: 1.25, jump: 0 });
  assert.deepEqual(steer({ ...at, latency: 3.65, ahead: 3.4 }), { rate: 1, jump: 3 });
  assert.deepEqual(steer({ ...at, latency: -2 }), { rate: 1, jump: -2.65 });
});

test('nobody jumps to where nothing is buffered, or hurries into an empty buffer', () => {
  const at = { target: 0.65, rate: 1 };
  assert.deepEqual(steer({ ...at, latency: 3.65, ahead: 0.2 }), { rate: 1.25, jump: 0 });
  assert.deepEqual(steer({ ...at, latency: 1, ahead: 0.03 }), { rate: 1, jump: 0 });
});

test('a player that has only just begun jumps rather than hurries', () => {
  const at = { target: 0.65, latency: 0.95, ahead: 0.5, rate: 1 };
  assert.deepEqual(steer(at), { rate: 1.25, jump: 0 });
  const { jump } = steer({ ...at, eager: true, reserve: 0.1 });
  assert.ok(Math.abs(jump - 0.3) < 1e-9);
  // No further than leaves it something to play, and not for a little.
  assert.equal(steer({ ...at, eager: true, reserve: 0.3 }).jump, 0.2);
  assert.deepEqual(steer({ ...at, eager: true, reserve: 0.45 }), { rate: 1.25, jump: 0 });
});

test('whoever corrects goes on until nothing is left, whoever stands is not moved by little', () => {
  const at = { target: 0.65, ahead: 0.4, latency: 0.668 };
  assert.equal(steer({ ...at, rate: 1 }).rate, 1);
  assert.equal(steer({ ...at, rate: 1.05 }).rate, 1.02);
});

test('any start comes to the target and stays', () => {
  for (const start of [0.1, 0.4, 0.9, 1.7]) {
    let [latency, rate] = [start, 1];
    for (let tick = 0; tick < 100; tick += 1) {
      rate = steer({ latency, target: 0.65, ahead: 0.3, rate }).rate;
      latency += 0.1 * (1 - rate);
    }
    assert.ok(Math.abs(latency - 0.65) < 0.025, `${start} ends at ${latency}`);
  }
});

test('running dry again and again costs a step each time, and is forgiven step by step', () => {
  const penalty = new Penalty({ step: 0.25, most: 0.6, lasts: 20_000 });
  assert.equal(penalty.at(0), 0);
  penalty.stalled(100);
  penalty.stalled(1500);
  assert.equal(penalty.at(2000), 0, 'once, and what belongs to it');
  penalty.stalled(5000);
  assert.equal(penalty.at(5000), 0.25);
  penalty.stalled(8000);
  penalty.stalled(11_000);
  assert.equal(penalty.at(11_000), 0.6);
  assert.ok(Math.abs(penalty.at(31_500) - 0.35) < 1e-9);
  assert.equal(penalty.at(90_000), 0);
  penalty.stalled(90_000);
  assert.equal(penalty.at(90_000), 0, 'it is long ago');
});
