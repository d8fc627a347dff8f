/** Whose a folder is stands in a small file that all members write: it may be another one between a look at it and its reading. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import { GroupPlace } from '../../objects/sink/group-place.ts';
import { DiskCalls } from '../calls.ts';
import { SmallFiles } from './small-files.ts';
import { NameTurns } from './turns.ts';

test('A member that starts while another one writes whose the folder is reads that again', async (t) => {
  const root = await temporaryFolder(t);
  const calls = await DiskCalls.on(root);
  const member = async (name: string): Promise<SmallFiles> => {
    const own = join(root, 'members', name, 'run');
    await mkdir(own, { recursive: true });
    const turns = new NameTurns({ turns: join(root, 'turns'), own, calls });
    const files = { members: 'members', journal: 'journal.json', own, turns, calls };
    return new SmallFiles({ place: root, root, where: 'here', ...files });
  };
  const [first, second] = [await member('a'), await member('b')];
  const begun = await GroupPlace.open(first, '', 'fill');
  const topic = (id: string) => ({ topic: id, name: id, cluster: 'c' });
  let begins = 0;
  const { look } = second;
  second.look = async (key) => {
    const found = await look.call(second, key);
    if (begins++ < 3) await begun.begin(topic(`t${begins}`), async () => [begins]);
    return found;
  };
  const place = await GroupPlace.open(second, '', 'fill');
  assert.equal(place.id, begun.id);
  assert.deepEqual(await place.begin(topic('t3'), async () => []), [3]);
});
