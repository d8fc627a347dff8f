/** Several downloaders that fill one folder together: each file is written once, whoever is frozen, dies or comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { md5, noise } from '../support/bytes.ts';
import type { GroupMember } from '../support/group-flow.ts';
import { GroupFolder } from '../support/group-folder.ts';
import { playGroup } from '../support/group-play.ts';
import { inScope } from '../support/owner.ts';
import { waitFor } from '../support/wait.ts';

const sizes = [0, 10, 700, 4000, 4096, 9000, 20_000];

function put(ground: GroupFolder, count: number, prefix = 'f'): void {
  for (let index = 0; index < count; index++)
    ground.flow.source.write(`${prefix}/${index}`, noise(sizes[index % sizes.length]!));
}

function isThere(ground: GroupFolder): boolean {
  assert.deepEqual(ground.received(md5), ground.flow.sent());
  return true;
}

function told(members: readonly GroupMember[], type = 'received'): string[] {
  return members.flatMap(({ events }) =>
    events.flatMap((event) =>
      event.type === type && 'upload' in event ? [`${event.path} ${event.upload}`] : [],
    ),
  );
}

function assertOnce(members: readonly GroupMember[]): void {
  assert.deepEqual(told(members).toSorted(), [...new Set(told(members))].toSorted(), 'told by one only');
  assert.deepEqual(told(members, 'failed'), []);
}

test('Three members share a folder, and with --once each ends when all is read', async (t) => {
  const ground = await GroupFolder.make(t);
  put(ground, 40);
  await ground.flow.up({ packBelow: 800 });
  const members = ['a', 'b', 'c'].map((name) => ground.member(name).start({ once: true }));
  const summaries = await Promise.all(members.map(({ ended }) => ended));
  isThere(ground);
  assert.deepEqual(
    summaries.map((summary) => [summary?.failed, summary?.open]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  );
  assert.equal(told(members).length, 40);
  assertOnce(members);
  assert.deepEqual(await ground.leftovers(), []);
  // Nobody reads again what the group has read.
  const later = await ground.member('later').start({ once: true }).ended;
  assert.deepEqual([later?.files, later?.records], [0, 0]);
});

test('A member that dies amid its files is taken over without loss, also of what was open behind its position', async (t) => {
  const ground = await GroupFolder.make(t);
  put(ground, 40);
  await ground.flow.up();
  const dead = ground.member('dead');
  const frozen = dead.freezeAt((request) => request.startsWith('publish shop/f/6'));
  dead.start();
  await frozen;
  const members = ['b', 'c'].map((name) => ground.member(name).start({ once: true }));
  await Promise.all(members.map(({ ended }) => ended));
  isThere(ground);
  assertOnce([dead, ...members]);
});

test('What goes at the source goes, and what comes comes, in one folder of several members', async (t) => {
  const ground = await GroupFolder.make(t);
  put(ground, 20, 'a/b');
  await ground.flow.up({ delete: true });
  const members = ['a', 'b'].map((name) => ground.member(name).start());
  await waitFor(() => isThere(ground), { what: 'all files' });
  for (let index = 0; index < 20; index++) ground.flow.source.remove(`a/b/${index}`);
  put(ground, 2, 'c');
  await ground.flow.up({ delete: true, maxDelete: { percent: 100 } });
  await waitFor(() => isThere(ground), { what: 'what is left' });
  await Promise.all(members.map((member) => member.stop()));
  assertOnce(members);
});

test('Whatever becomes of its members, a folder has every newest version in place, and each told by one', async () => {
  for (let seed = 1; seed <= 4; seed++)
    await inScope((owner) => playGroup(seed, (partitions) => GroupFolder.make(owner, partitions)));
});
