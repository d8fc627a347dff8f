import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiskModel, type Fate, keepsAll, losesAll, type Remains, seededFate } from './disk-model.ts';
import type { DiskCall } from './log.ts';

function contents({ files }: Remains): Record<string, string> {
  const bytes = (file: { flushed: Buffer; changes: readonly DiskCall[] }): string => {
    let all = Buffer.from(file.flushed);
    for (const change of file.changes) {
      if (change.kind === 'truncate')
        all = Buffer.concat([all, Buffer.alloc(change.size)]).subarray(0, change.size);
      if (change.kind !== 'write') continue;
      const larger = Buffer.alloc(Math.max(all.length, change.position + change.bytes.length));
      all.copy(larger);
      change.bytes.copy(larger, change.position);
      all = larger;
    }
    return all.toString();
  };
  return Object.fromEntries([...files].map(([path, file]) => [path, bytes(file)]));
}

function after(calls: readonly DiskCall[], fate: Fate): Record<string, string> {
  const model = new DiskModel('1');
  for (const call of calls) model.take(call);
  return contents(model.cut(fate));
}

const made: DiskCall[] = [
  { kind: 'mkdir', inode: '2', path: 'd' },
  { kind: 'create', inode: '3', path: 'd/part' },
  { kind: 'write', inode: '3', position: 0, bytes: Buffer.from('bytes') },
];
const flush = (inode: string, upto: number): DiskCall => ({ kind: 'flush', inode, upto });

test('Nothing is promised before it is flushed, and a file needs its bytes, its entry and its folder', () => {
  assert.deepEqual(after(made, losesAll), {});
  assert.deepEqual(after(made, keepsAll), { 'd/part': 'bytes' });
  assert.deepEqual(after([...made, flush('3', 3)], losesAll), {}, 'the entry is not flushed');
  assert.deepEqual(after([...made, flush('3', 3), flush('2', 3)], losesAll), {}, 'nor is the folder');
  assert.deepEqual(after([...made, flush('2', 3), flush('1', 3)], losesAll), { 'd/part': '' });
  const all = [...made, flush('3', 3), flush('2', 3), flush('1', 3)];
  assert.deepEqual(after(all, losesAll), { 'd/part': 'bytes' });
});

test('A flush promises nothing of what was done after it began', () => {
  const calls: DiskCall[] = [
    ...made,
    flush('2', 3),
    flush('1', 3),
    { kind: 'write', inode: '3', position: 5, bytes: Buffer.from(' more') },
    flush('3', 5),
  ];
  assert.deepEqual(after(calls, losesAll), { 'd/part': 'bytes' });
});

test('A rename is there as a whole or not at all, whichever of the folders is flushed', () => {
  const calls: DiskCall[] = [
    ...made,
    flush('3', 3),
    flush('2', 3),
    flush('1', 3),
    { kind: 'mkdir', inode: '4', path: 'final' },
    flush('1', 7),
    { kind: 'rename', from: 'd/part', to: 'final/a' },
  ];
  assert.deepEqual(after(calls, losesAll), { 'd/part': 'bytes' });
  assert.deepEqual(after([...calls, flush('4', 9)], losesAll), { 'final/a': 'bytes' });
  assert.deepEqual(after([...calls, flush('2', 9)], losesAll), { 'final/a': 'bytes' });
  for (let seed = 1; seed < 100; seed++) {
    const found = Object.keys(after(calls, seededFate(seed)));
    assert.equal(found.length, 1, `seed ${seed}: ${found}`);
  }
});

test('An inode that is used again is another file, and what was removed may be back', () => {
  const calls: DiskCall[] = [
    ...made,
    flush('3', 3),
    flush('2', 3),
    flush('1', 3),
    { kind: 'unlink', path: 'd/part' },
    { kind: 'create', inode: '3', path: 'd/other' },
    { kind: 'write', inode: '3', position: 0, bytes: Buffer.from('new') },
    flush('3', 9),
  ];
  assert.deepEqual(after(calls, losesAll), { 'd/part': 'bytes' });
  assert.deepEqual(after([...calls, flush('2', 10)], losesAll), { 'd/other': 'new' });
});

test('Writes that were not flushed survive each by itself', () => {
  const calls: DiskCall[] = [...made, flush('2', 3), flush('1', 3)];
  for (let index = 0; index < 8; index++)
    calls.push({ kind: 'write', inode: '3', position: index, bytes: Buffer.from('x') });
  const found = new Set<string>();
  for (let seed = 1; seed < 300; seed++) found.add(after(calls, seededFate(seed))['d/part'] ?? '');
  assert.ok(found.size > 20, `${found.size} outcomes`);
});
