/** Several downloaders that fill one folder together: each file is written once, whoever is frozen, dies or comes. */
import assert from 'node:assert/strict';
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskSource } from '../../src/stores/disk/source.ts';
import { md5, noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
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

test('Files take the place of folders, and folders that of files, in whatever order members read of it', async (t) => {
  for (const packBelow of [0, 1000]) {
    const ground = await GroupFolder.make(t);
    const { source } = ground.flow;
    const numbers = Array.from({ length: 6 }, (_, index) => index);
    const up = () => ground.flow.up({ delete: true, packBelow, maxDelete: { percent: 100 } });
    const down = async (): Promise<void> => {
      const members = ['a', 'b'].map((name) => ground.member(name).start({ once: true }));
      await Promise.all(members.map(({ ended }) => ended));
      isThere(ground);
      assertOnce(members);
    };
    for (const index of numbers) source.write(`${index}/x`, noise(500));
    await up();
    await down();
    // What is new is sent before it is told what went.
    for (const index of numbers) {
      source.remove(`${index}/x`);
      source.write(`${index}`, noise(500));
    }
    await up();
    await down();
    for (const index of numbers) {
      source.remove(`${index}`);
      source.write(`${index}/y`, noise(500));
    }
    await up();
    await down();
  }
});

test('In a folder of several members folders and hard links are left out, told once by each member, and what is in them is in place', async (t) => {
  const ground = await GroupFolder.make(t);
  const { flow, folder } = ground;
  const from = await temporaryFolder(t);
  const shop = join(folder, 'shop');
  await mkdir(join(from, 'd/empty'), { recursive: true });
  await writeFile(join(from, 'd/one'), 'text');
  await link(join(from, 'd/one'), join(from, 'd/two'));
  const up = async () =>
    flow.up(
      { delete: true, folders: true, hardLinks: true, maxDelete: { percent: 100 } },
      { source: await openDiskSource(from, { folders: true }) },
    );
  const down = async (): Promise<GroupMember> => {
    const member = ground.member('a').start({ once: true });
    assert.equal((await member.ended)?.failed, 0);
    return member;
  };
  await up();
  const member = await down();
  assert.deepEqual((await readdir(shop, { recursive: true })).toSorted(), ['d', 'd/one', 'd/two']);
  const warnings = member.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  for (const what of ['takes no folders', 'takes no hard links'])
    assert.equal(warnings.filter((warning) => warning.includes(what)).length, 1, what);
  await rm(join(from, 'd'), { recursive: true });
  await writeFile(join(from, 'other'), 'other');
  await up();
  const kept = (await down()).events.filter(({ type }) => type === 'kept');
  assert.deepEqual([kept, await readdir(shop)], [[], ['other']]);
});

test('Whatever becomes of its members, a folder has every newest version in place, and each told by one', async () => {
  for (let seed = 1; seed <= 4; seed++)
    await inScope((owner) => playGroup(seed, (partitions) => GroupFolder.make(owner, partitions)));
});
