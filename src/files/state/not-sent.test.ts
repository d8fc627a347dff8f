import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotSent } from './not-sent.ts';

const file = (path: string, size = 1) => ({ path, size, mtime: '1', ctime: '1', inode: '1', mode: 0o644 });

/** Those that are settled, in their order. */
function notSent(once = false) {
  const settled: string[] = [];
  return { settled, known: new NotSent({ once, settled: (path) => settled.push(path) }) };
}

test('What a walk has not met is settled, unless it is under way, or was told meanwhile', () => {
  const { known, settled } = notSent();
  for (const path of ['gone', 'busy', 'met']) known.tell(path);
  known.begins();
  known.isGivenUp(file('met'));
  known.tell('late');
  known.walked((path) => path === 'busy');
  assert.deepEqual(settled, ['gone']);
  known.begins();
  known.walked(() => false);
  assert.deepEqual(settled, ['gone', 'busy', 'met', 'late']);
  known.settle('gone');
  assert.equal(settled.length, 4, 'it is told once');
});

test('A file is given up as it looks, and anew when it has gone', () => {
  const { known } = notSent();
  known.tell('a');
  known.giveUp('a', '1 1 1 1');
  assert.deepEqual([known.isGivenUp(file('a')), known.isGivenUp(file('a', 2))], [true, false]);
  known.begins();
  known.walked(() => false);
  assert.equal(known.isGivenUp(file('a')), false);
});

test('With once a file that was given up is so for good, and none is settled', () => {
  const { known, settled } = notSent(true);
  assert.deepEqual([known.failed('a'), known.failed('a')], [1, 2]);
  known.tell('a');
  known.giveUp('a', '');
  known.begins();
  known.walked(() => false);
  known.settle('a');
  assert.deepEqual([known.isGivenUp(file('a', 5)), settled], [true, []]);
});
