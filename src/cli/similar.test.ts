import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostSimilar } from './similar.ts';

test('a slip of the finger is recognised, and what is nothing like it is not', () => {
  const known = ['sluice.topic', 'sluice.min.age', 'sluice.max.age', 'sluice.bandwidth', 'sluice.to'];
  for (const [word, meant] of [
    ['sluice.toppic', 'sluice.topic'],
    ['sluice.tpoic', 'sluice.topic'],
    ['sluice.minage', 'sluice.min.age'],
    ['sluice.band.width', 'sluice.bandwidth'],
    ['sluice.mix.age', 'sluice.min.age'],
    ['sluice.everything', undefined],
    ['x', undefined],
  ] as const)
    assert.equal(mostSimilar(word, known), meant, word);
  assert.equal(mostSimilar('anything', []), undefined);
});
