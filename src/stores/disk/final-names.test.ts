/** Names on a file system that takes upper and lower case for one; which of them it is is told, for not every machine has one. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { Notices } from '../notices.ts';
import { foldedName } from '../target-name.ts';
import { DiskCalls } from './calls.ts';
import { FinalNames } from './final-names.ts';
import { Folders } from './folders.ts';
import { Refusals } from './refusals.ts';
import { Way } from './way.ts';

test('Two spellings of one name that come at once: one is published, the other refused and not written over it', async (t) => {
  const root = await temporaryFolder(t);
  const calls = new DiskCalls(false);
  const way = new Way({ calls, root, realRoot: root });
  const folders = new Folders({ root, way, calls, refusals: new Refusals(root, new Notices()) });
  const noted = new Map<string, string>();
  const collision = (target: string, folded: string): string | undefined =>
    [...noted].find(([other, itsFolded]) => itsFolded === folded && other !== target)?.[0];
  const names = new FinalNames({
    calls,
    withDescriptor: (work) => work(),
    folders,
    notices: new Notices(),
    isRelied: () => false,
    folded: foldedName,
    collision,
  });
  await mkdir(join(root, 'parts'));
  const publish = (target: string): Promise<void> =>
    names.claim(target, async (claim) => {
      const part = join(root, 'parts', encodeURIComponent(target));
      await writeFile(part, target);
      await names.put(part, target, claim);
      noted.set(target, claim.folded ?? '');
    });
  const targets = ['shop/A.txt', 'shop/a.txt', 'shop/A.TXT', 'shop/b', 'shop/A.txt'];
  const ends = await Promise.allSettled(targets.map(publish));
  assert.deepEqual(
    ends.map((end) => (end.status === 'rejected' ? end.reason.code : 'published')),
    ['published', 'EEXIST', 'EEXIST', 'published', 'published'],
  );
  assert.deepEqual([...noted.keys()].sort(), ['shop/A.txt', 'shop/b']);
  assert.equal(await readFile(join(root, 'shop/A.txt'), 'utf8'), 'shop/A.txt');
});

test('One that failed leaves its name to the next', async (t) => {
  const root = await temporaryFolder(t);
  const calls = new DiskCalls(false);
  const way = new Way({ calls, root, realRoot: root });
  const folders = new Folders({ root, way, calls, refusals: new Refusals(root, new Notices()) });
  const names = new FinalNames({
    calls,
    withDescriptor: (work) => work(),
    folders,
    notices: new Notices(),
    isRelied: () => false,
    folded: foldedName,
    collision: () => undefined,
  });
  const failing = names.claim('shop/A', () => Promise.reject(new Error('as the test wants it')));
  const next = names.claim('shop/a', async ({ folded }) => folded);
  await assert.rejects(failing, /as the test wants it/);
  assert.equal(await next, 'shop/a');
});
