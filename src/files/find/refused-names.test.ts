import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedNames } from './refused-names.ts';

test('A name that cannot be sent is told once, settled when a walk of all meets it no more, and told again when it is back', () => {
  const told: string[] = [];
  const names = new RefusedNames({
    once: false,
    refuse: (path, reason) => told.push(`${path}: ${reason}`),
    settled: (path) => told.push(`${path} is well`),
  });
  const walk = (...met: string[]): string[] => {
    for (const path of met) names.meet(path, 'no');
    names.walked();
    return told.splice(0);
  };
  assert.deepEqual(walk('a', 'b'), ['a: no', 'b: no']);
  assert.deepEqual(walk('b', 'a'), []);
  assert.deepEqual(walk('b'), ['a is well']);
  assert.deepEqual(walk('a', 'b'), ['a: no']);
  names.meet('b', 'no');
  // That walk was ended in the middle: the next ones tell.
  assert.deepEqual([walk('a'), walk('a')], [[], ['b is well']]);
  assert.deepEqual(walk(), ['a is well']);
});
