/** A folder as the member of a group has it: the contract of a sink, and what becomes of members that are frozen in the turn of a name. */
import assert from 'node:assert/strict';
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { remembering } from '../../../../test/contracts/sink/checkpoints.ts';
import { id, look, publishedAs, type SinkGround } from '../../../../test/contracts/sink/ground.ts';
import { groupPlace } from '../../../../test/contracts/sink/group.ts';
import { publishing, publishingFiles } from '../../../../test/contracts/sink/publishing.ts';
import { whatStandsThere } from '../../../../test/contracts/sink/standing.ts';
import { temporaryFiles } from '../../../../test/contracts/sink/temporary-files.ts';
import { changeInPlace } from '../../../../test/support/change-part.ts';
import { temporaryFolder } from '../../../../test/support/folder.ts';
import type { Sink } from '../../contract.ts';
import { openDiskSink } from '../sink.ts';

const member = (folder: string, reader: string): Promise<Sink> =>
  openDiskSink(folder, { group: { name: 'fill', reader } });

/** Where the run of a member has its temporary files. */
async function partsOf(folder: string, reader = 'a'): Promise<string> {
  const own = join(folder, '.sluice', 'members', reader);
  const runs = (await readdir(own, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  return join(own, runs[0]!.name);
}

async function ground(t: TestContext): Promise<SinkGround> {
  const folder = await temporaryFolder(t);
  const part = async (upload: string): Promise<string> => join(await partsOf(folder), upload);
  return {
    open: (reader = 'a') => member(folder, reader),
    read: async (target) => {
      const bytes = await readFile(join(folder, target)).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const stats = await stat(join(folder, target), { bigint: true });
      return { bytes, mode: Number(stats.mode) & 0o7777, inode: String(stats.ino) };
    },
    write: async (target, text) => {
      await mkdir(dirname(join(folder, target)), { recursive: true });
      await writeFile(join(folder, target), text);
    },
    remove: (target) => rm(join(folder, target)),
    beginsAnew: true,
    parts: async () => readdir(await partsOf(folder)),
    cutPart: async (upload, length) =>
      length === undefined ? rm(await part(upload)) : truncate(await part(upload), length),
    changePart: async (upload) => changeInPlace(await part(upload)),
  };
}

describe('A folder that a group shares keeps the contract of a sink', () => {
  publishing(ground);
  remembering(ground);
  whatStandsThere(ground);
  temporaryFiles(ground);
  publishingFiles(ground);
});

groupPlace(async (t) => {
  const folder = await temporaryFolder(t);
  return (reader, group) =>
    openDiskSink(folder, group === undefined ? {} : { group: { name: group, reader } });
});

test('A folder is of a group or of a single downloader, and of one group', async (t) => {
  const folder = await temporaryFolder(t);
  const alone = await openDiskSink(folder);
  await assert.rejects(member(folder, 'a'), /journal\.db is of a downloader without a group: end it, remove/);
  await alone.close();
  // Nothing is left of the group that could not be.
  await (await openDiskSink(folder)).close();
  await rm(join(folder, '.sluice/journal.db'));
  const [a, b] = [await member(folder, 'a'), await member(folder, 'b')];
  assert.equal(a.id, b.id);
  await assert.rejects(openDiskSink(folder), /the members of group fill write into .*: add --group fill/);
  await assert.rejects(
    openDiskSink(folder, { group: { name: 'other', reader: 'c' } }),
    /the members of group fill write into/,
  );
  await a.close();
  await b.close();
});

test('A second member of a name ends the first one, which finds nothing of its own', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await member(folder, 'a');
  await first.part(id(1)).write(Buffer.from('x'), 0);
  await first.part(id(1)).close();
  const second = await member(folder, 'a');
  await assert.rejects(first.part(id(1)).read(Buffer.alloc(1), 0), { name: 'VanishedError' });
  await assert.rejects(first.shared!.take({ topic: 't', name: 'n', cluster: 'c' }, new Map(), [0]), {
    message: /another downloader of the name a writes into/,
  });
  await second.checkpoint([]);
  await first.close();
  await second.close();
});

test('What a user does to a file of a group is seen by all members, and an emptied own folder by each', async (t) => {
  const folder = await temporaryFolder(t);
  const [a, b] = [await member(folder, 'a'), await member(folder, 'b')];
  await a.publishWhole(Buffer.from('text'), 'shop/a', look, publishedAs('text'));
  assert.deepEqual(await b.published('shop/a'), publishedAs('text'));
  // Of the same size and time, and another file.
  const { atime, mtime } = await stat(join(folder, 'shop/a'));
  await writeFile(join(folder, 'other'), 'TEXT');
  await utimes(join(folder, 'other'), atime, mtime);
  await rename(join(folder, 'other'), join(folder, 'shop/a'));
  for (const sink of [a, b]) {
    assert.equal(await sink.published('shop/a'), undefined);
    assert.equal(await sink.newest('shop/a'), id(1));
  }
  assert.deepEqual(await a.remove!('shop/a', id(2)), { result: 'other' });
  await rm(join(folder, '.sluice'), { recursive: true });
  await assert.rejects(b.checkpoint([]), { name: 'SinkLostError' });
  await a.close();
  await b.close();
});

test('A link in the place of what a group keeps in its folder is refused', async (t) => {
  const [folder, elsewhere] = [await temporaryFolder(t), await temporaryFolder(t)];
  for (const name of ['turns', 'names', 'members']) {
    await mkdir(join(folder, '.sluice'), { recursive: true });
    await symlink(elsewhere, join(folder, '.sluice', name));
    await assert.rejects(member(folder, 'a'), /is a symbolic link: remove it/);
    await rm(join(folder, '.sluice'), { recursive: true });
  }
  assert.deepEqual(await readdir(elsewhere), []);
});
