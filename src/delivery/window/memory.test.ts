import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WindowMemory } from './memory.ts';

const MB = 1_000_000;

test('It is time to count when what came exceeds the limit, and again when so much has come anew', () => {
  const memory = new WindowMemory(10 * MB);
  let looks = 0;
  for (let part = 0; part < 100; part++) {
    if (!memory.came(MB)) continue;
    looks += 1;
    // What windows really hold stays the same: they forget what is old.
    assert.deepEqual(memory.tooMany([{ stream: 'cam', bytes: 2 * MB }]), []);
  }
  assert.ok(looks >= 10 && looks <= 15, `${looks}`);
});

test('Who holds more than his share goes first, and then those that began last', () => {
  const memory = new WindowMemory(10 * MB);
  const old = Array.from({ length: 4 }, (_, number) => ({ stream: `old-${number}`, bytes: 1.5 * MB }));
  const greedy = { stream: 'greedy', bytes: 8 * MB };
  assert.deepEqual(memory.tooMany([greedy, ...old]), ['greedy']);
  const young = Array.from({ length: 3 }, (_, number) => ({ stream: `young-${number}`, bytes: 1.5 * MB }));
  assert.deepEqual(memory.tooMany([...old, ...young]), ['young-2', 'young-1', 'young-0']);
  assert.ok(!memory.came(MB), 'there is room now');
});

test('A flood of streams without media counts too', () => {
  const memory = new WindowMemory(10 * MB);
  let begun = 0;
  do {
    memory.begun();
    begun += 1;
  } while (!memory.came(50));
  assert.ok(begun < 600, `${begun}`);
  const empty = Array.from({ length: begun + 20 }, (_, number) => ({ stream: `${number}`, bytes: 0 }));
  assert.ok(memory.tooMany(empty).length > 0);
});
