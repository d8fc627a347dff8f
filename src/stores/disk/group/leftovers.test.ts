/** What starts that were refused, and members that are no more, leave in a folder. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { DiskCalls } from '../calls.ts';
import { openDiskSink } from '../sink.ts';
import { SmallFiles } from './small-files.ts';
import { NameTurns } from './turns.ts';

test('A start that is refused leaves nothing, however often it is tried', async (t) => {
  const folder = await temporaryFolder(t);
  const members = join(folder, '.sluice', 'members');
  const open = (name: string, reader: string) => openDiskSink(folder, { group: { name, reader } });
  const sink = await open('fill', 'a');
  t.after(() => sink.close());
  const before = await readdir(members, { recursive: true });
  for (let count = 0; count < 2; count++) {
    await assert.rejects(open('other', 'b'), /the members of group fill write into/);
    // The folder of a member that lives stays.
    await assert.rejects(open('other', 'a'), /the members of group fill write into/);
  }
  assert.deepEqual(await readdir(members, { recursive: true }), before);
});

test('The journal of a member that is no more goes last, for what it left is found by that', async (t) => {
  const root = await temporaryFolder(t);
  const calls = await DiskCalls.on(root);
  const [own, turns] = [join(root, 'members/a/run'), join(root, 'turns')];
  const all = new NameTurns({ turns, own, calls });
  const files = new SmallFiles({
    ...{ place: root, root, where: 'here', own, members: 'members', journal: 'journal.json' },
    ...{ turns: all, calls },
  });
  const key = 'members/dead/journal.json';
  await mkdir(join(root, 'members/dead/former'), { recursive: true });
  await mkdir(own, { recursive: true });
  await writeFile(join(root, key), '{}');
  // A folder is nothing that a turn has: it cannot be ended.
  await mkdir(join(turns, 'slot', 'former.1', 'folder'), { recursive: true });
  await assert.rejects(files.remove(key));
  assert.ok((await stat(join(root, key))).isFile());
  await rmdir(join(turns, 'slot', 'former.1', 'folder'));
  await files.remove(key);
  assert.deepEqual(await readdir(join(root, 'members')), ['a']);
  assert.deepEqual(await readdir(turns), []);
});
