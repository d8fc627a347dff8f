import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { Notices } from '../notices.ts';
import { Journal } from './journal.ts';
import { Refusals } from './refusals.ts';

const nothing = { fresh: [], gone: [] };

test('Of two that write it down at once, none is told that it is durable before it is', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = new Journal(join(folder, 'journal.db'), folder, new Refusals(folder, new Notices()));
  t.after(() => journal.close());
  const order: string[] = [];
  journal.notePublished('a', { upload: '1', size: 1, digest: 'md5:1' }, 1n, null);
  const first = journal.checkpoint([], journal.noted()).then(() => order.push('durable'));
  // What it has to write was written by the other.
  const second = journal.checkpoint([], journal.notedOf('a')).then(() => order.push('asked again'));
  const third = journal.checkpoint([], nothing).then(() => order.push('and again'));
  await Promise.all([first, second, third]);
  assert.deepEqual(order, ['durable', 'asked again', 'and again']);
});

test('One that is opened again has nothing of it in shared memory, which a full disk takes away by SIGBUS', async (t) => {
  const folder = await temporaryFolder(t);
  for (const _ of ['made', 'opened again']) {
    const journal = new Journal(join(folder, 'journal.db'), folder, new Refusals(folder, new Notices()));
    const found = await readdir(folder);
    await journal.close();
    assert.deepEqual(
      found.filter((name) => name.endsWith('-shm')),
      [],
    );
  }
});
