import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchMemory } from './memory.ts';

const size = 40e6;

for (const [what, make] of [
  ['buffers', () => Buffer.alloc(size)],
  ['memory that threads share', () => Buffer.from(new SharedArrayBuffer(size))],
] as const) {
  test(`What is held of ${what} counts, and counts once`, () => {
    // Something of the other kind is there already, as in any process that has transferred something.
    const others = [Buffer.alloc(size / 2), Buffer.from(new SharedArrayBuffer(size / 2))];
    const report = watchMemory();
    const held = make();
    const { growth, heldBefore, heldAfter } = report();
    assert.ok(Math.abs(growth - held.byteLength) < 4e6, `${growth}`);
    assert.ok(heldAfter - heldBefore <= growth + 4e6 && others.length === 2);
  });
}
