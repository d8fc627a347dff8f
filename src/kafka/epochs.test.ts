import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Epochs } from './epochs.ts';

function read(...runs: readonly (readonly [epoch: number, from: number])[]): Epochs {
  const epochs = new Epochs();
  for (const [epoch, from] of runs) epochs.note(epoch, from);
  return epochs;
}

test('The log agrees up to where the epoch that both know ends', () => {
  const epochs = read([1, 0], [1, 3], [3, 5], [4, 8]);
  assert.equal(epochs.last, 4);
  assert.equal(epochs.agreement(4, 9), 9);
  assert.equal(epochs.agreement(3, 7), 7);
  // Epoch 3 does not stand there, though epoch 1 has become longer than it was.
  assert.equal(epochs.agreement(1, 7), 5);
  assert.equal(epochs.agreement(1, 2), 2);
  assert.equal(epochs.agreement(0, 6), 0);
});

test('What is not known any more agrees nowhere', () => {
  const epochs = read([1, 0], [2, 5], [3, 8]);
  epochs.backTo(8);
  assert.equal(epochs.last, 2);
  epochs.backTo(5);
  assert.equal(epochs.last, 1);
  epochs.forget();
  assert.equal(epochs.last, -1);
  epochs.note(-1, 5);
  assert.equal(epochs.last, -1);
  const many = read(...Array.from({ length: 100 }, (_, epoch) => [epoch, epoch * 10] as const));
  assert.equal(many.agreement(98, 995), 990);
  assert.equal(many.agreement(20, 995), 0);
});
