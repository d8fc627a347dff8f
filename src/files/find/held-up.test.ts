/** Walks that wait for whoever sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intakeOf } from '../../../test/support/intake-of.ts';
import type { Source } from '../../stores/contract.ts';
import { MemorySource } from '../../stores/memory/source.ts';
import { systemError } from '../../stores/memory/system-error.ts';
import { Backlog } from '../shared/backlog.ts';

test('A walk that has no room to begin is held up, and nobody asks again and again', async (t) => {
  const source = new MemorySource();
  source.write('a', Buffer.from('a'));
  const stop = new AbortController();
  const backlog = new Backlog();
  let [asked, walks, isFull] = [0, 0, false];
  const { intake, running, pass } = await intakeOf(t, source, () => {}, {
    ...{ once: false, minAge: 0, scanInterval: 1000, backlog, signal: stop.signal },
    hasRoom: () => {
      asked++;
      return !isFull;
    },
    walked: () => {
      walks++;
    },
  });
  await pass(500);
  isFull = true;
  await pass(3000);
  assert.deepEqual([walks, backlog.isHeldUp], [1, true]);
  const before = asked;
  await pass(30_000);
  assert.equal(asked, before);
  isFull = false;
  intake.done('a');
  await pass(500);
  assert.deepEqual([walks, backlog.isHeldUp], [2, false]);
  stop.abort();
  await running;
});

test('A walk whose source went away is held up by nobody', async (t) => {
  const stop = new AbortController();
  const source: Source = Object.assign(Object.create(new MemorySource()) as Source, {
    list: async function* () {
      for (const path of ['a', 'b'])
        yield { path, size: 1, mtime: '0', ctime: '0', inode: path, mode: 0o644 };
      throw systemError('EIO', 'it cannot be read');
    },
    watch: async () => ({ close: async () => {} }),
  });
  const backlog = new Backlog();
  const offered: string[] = [];
  let room = 1;
  const { running, pass } = await intakeOf(t, source, () => {}, {
    ...{ once: false, minAge: 0, backlog, signal: stop.signal },
    offer: ({ path }) => offered.push(path),
    hasRoom: () => offered.length < room,
  });
  await pass(1000);
  assert.equal(backlog.isHeldUp, true);
  room = 3;
  await pass(61_000);
  assert.deepEqual([offered.length, backlog.isHeldUp], [2, false]);
  stop.abort();
  await running;
});
