import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { systemError } from '../memory/system-error.ts';
import { TreeWatch, type TreeWatchOptions } from './watch.ts';

async function watched(t: TestContext, folders: readonly string[], options: Partial<TreeWatchOptions> = {}) {
  const root = await temporaryFolder(t);
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true });
  const hints = new Set<string>();
  const told: string[] = [];
  const tree = new TreeWatch({
    root,
    followSymlinks: false,
    wantedFolder: () => true,
    hint: (path) => hints.add(path),
    unnoticed: (message) => told.push(message),
    ...options,
  });
  t.after(() => tree.close());
  await tree.start();
  /** Writes the file until its change is noticed under this name: the watchers of a moved tree are made in the background. */
  const write = async (path: string): Promise<void> => {
    await waitFor(async () => {
      await writeFile(join(root, path), String(Math.random()));
      return hints.has(path);
    });
  };
  return { root, hints, told, write };
}

test('After a tree is renamed its changes are told under the new names, and under no others', async (t) => {
  const { root, hints, write } = await watched(t, ['a/sub/deep']);
  await rename(join(root, 'a'), join(root, 'b'));
  await write('b/sub/deep/x');
  hints.clear();
  await write('b/sub/deep/y');
  await write('b/z');
  assert.deepEqual(
    [...hints].filter((path) => path.startsWith('a/')),
    [],
  );
});

test('A folder that takes the name of another is watched, and the other under its own', async (t) => {
  const { root, hints, write } = await watched(t, ['a/sub', 'next/sub']);
  await rename(join(root, 'a'), join(root, 'former'));
  await rename(join(root, 'next'), join(root, 'a'));
  await write('a/sub/x');
  await write('former/sub/y');
  hints.clear();
  await write('former/sub/z');
  assert.deepEqual(
    [...hints].filter((path) => path.startsWith('a/')),
    [],
  );
});

test('Where the system has no watches left that is said once, with what would give it more', async (t) => {
  for (const [code, remedy] of [
    ['ENOSPC', /fs\.inotify\.max_user_watches/],
    ['EMFILE', /fs\.inotify\.max_user_instances/],
    ['EIO', /EIO/],
  ] as const) {
    let left = 2;
    const scarce = ((...parameters: Parameters<typeof watch>) => {
      if (left-- <= 0) throw systemError(code, 'watch');
      return watch(...parameters);
    }) as typeof watch;
    const { told, write } = await watched(t, ['a', 'b', 'c', 'd'], { watch: scarce });
    await write('x');
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0]!, remedy);
    assert.match(told[0]!, /no more folders than 2 of .*the periodic scan/);
  }
});
