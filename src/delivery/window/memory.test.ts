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

test('A window counts 20 kB beside its media, a record 300 bytes, and what is exactly the limit is within it', () => {
  const records = new WindowMemory(1000);
  assert.deepEqual([records.came(400), records.came(0), records.came(0)], [false, false, true]);
  const windows = new WindowMemory(40_300);
  windows.begun();
  windows.begun();
  assert.deepEqual([windows.came(0), windows.came(0)], [false, true]);
});

test('A quarter is a share; who is there longer stays while three quarters are in use', () => {
  const memory = new WindowMemory(1_000_000);
  const holding = (stream: string, bytes: number) => ({ stream, bytes: bytes - 20_000 });
  const four = ['a', 'b', 'c', 'd'].map((stream) => holding(stream, 250_000));
  assert.deepEqual(memory.tooMany(four), []);
  assert.deepEqual(memory.tooMany([...four, holding('e', 1)]), ['e', 'd']);
  // What is left is counted from there.
  assert.deepEqual([memory.came(249_700), memory.came(0)], [false, true]);
  assert.deepEqual(memory.tooMany([...four, holding('e', 250_001)]), ['e', 'd']);
  assert.deepEqual(memory.tooMany([holding('z', 900_000), ...four.slice(0, 3)]), ['z']);
  assert.equal(memory.came(249_701), true);
  // All of them too much.
  assert.deepEqual(memory.tooMany(['x', 'y'].map((stream) => holding(stream, 600_000))), ['x', 'y']);
  assert.deepEqual([memory.came(999_700), memory.came(0)], [false, true]);
});
