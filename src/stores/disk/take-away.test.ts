import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { chmod, link, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/folder.ts';
import type { Selection, Source, SourceFile } from '../contract.ts';
import { DiskCalls } from './calls.ts';
import { openDiskSource } from './source.ts';
import { TakenFiles } from './take-away.ts';
import { isTakenName, ownPathOf, takenPathOf } from './taken-name.ts';

const everything: Selection = { file: () => true, folder: () => true };

async function ground(t: TestContext) {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'dir'));
  const source = await openDiskSource(root);
  const write = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);
  const look = async (path: string): Promise<SourceFile> => (await source.look(path))!;
  const names = async (): Promise<string[]> => (await readdir(join(root, 'dir'))).toSorted();
  return { root, source, write, look, names };
}

async function paths(source: Source): Promise<string[]> {
  const files = await Array.fromAsync(source.list(everything, () => {}));
  return files.map(({ path }) => path).toSorted();
}

test('A file that is as it looked is removed; one that was written to, replaced or removed is not', async (t) => {
  const { root, source, write, look, names } = await ground(t);
  for (const name of ['same', 'written', 'replaced', 'gone']) await write(`dir/${name}`, name);
  const looks = await Promise.all(['same', 'written', 'replaced', 'gone'].map((name) => look(`dir/${name}`)));
  await write('dir/written', 'longer than it was');
  await write('new', 'replaced');
  await rename(join(root, 'new'), join(root, 'dir/replaced'));
  await rename(join(root, 'dir/gone'), join(root, 'elsewhere'));
  const removals = [];
  for (const file of looks) removals.push(await source.removeIfSame!(file));
  assert.deepEqual(removals, ['removed', 'other', 'other', 'gone']);
  assert.deepEqual(await names(), ['replaced', 'written']);
  assert.equal(await readFile(join(root, 'dir/written'), 'utf8'), 'longer than it was');
});

test('Names of one file go one after the other, for what changes by that is known; what somebody else changes in between stays', async (t) => {
  const { root, source, write, look, names } = await ground(t);
  await write('dir/a', 'of four names');
  for (const name of ['b', 'c', 'd']) await link(join(root, 'dir/a'), join(root, 'dir', name));
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => look(`dir/${name}`)));
  assert.equal(await source.removeIfSame!(a!), 'removed');
  assert.equal(await source.removeIfSame!(b!), 'removed');
  const d = await look('dir/d');
  await chmod(join(root, 'dir/c'), 0o640);
  assert.equal(await source.removeIfSame!(c!), 'other');
  assert.equal(await source.removeIfSame!(d), 'other');
  const [again, last] = await Promise.all(['c', 'd'].map((name) => look(`dir/${name}`)));
  assert.equal(await source.removeIfSame!(again!), 'removed');
  // Seen before the change by somebody else, whatever we have done behind that.
  assert.equal(await source.removeIfSame!(d), 'other');
  assert.equal(await source.removeIfSame!(last!), 'removed');
  assert.deepEqual(await names(), []);
});

test('What a kill left under a name of its own has its former one again at the next walk', async (t) => {
  const { root, source, write, names } = await ground(t);
  await write(takenPathOf('dir/a.txt'), 'a');
  assert.deepEqual(await paths(source), ['dir/a.txt']);
  assert.deepEqual(await names(), ['a.txt']);
  assert.equal(await readFile(join(root, 'dir/a.txt'), 'utf8'), 'a');
});

test('Where another file has that name by then, both stay, and only that one is listed', async (t) => {
  const { source, write, names } = await ground(t);
  const taken = takenPathOf('dir/a.txt');
  await write(taken, 'old');
  await write('dir/a.txt', 'new');
  assert.deepEqual(await paths(source), ['dir/a.txt']);
  assert.deepEqual(await names(), [taken.slice('dir/'.length), 'a.txt'].toSorted());
});

test('Names of what is being removed are told from all others, and lead back', () => {
  for (const path of ['a', 'dir/a b', 'd/e/.hidden', 'd/.sluice-taken-1', `d/${'x'.repeat(220)}`]) {
    const taken = takenPathOf(path);
    assert.ok(isTakenName(taken.slice(taken.lastIndexOf('/') + 1)));
    assert.equal(ownPathOf(taken), path);
  }
  for (const name of ['a', '.sluice-taken-', '.sluice-taken-0123456-a', '.sluice-taken-01234567-'])
    assert.equal(isTakenName(name), false, name);
  assert.throws(() => takenPathOf('x'.repeat(250)), { code: 'ENAMETOOLONG' });
});

/** Calls of which the test sees each look at a file, behind it. */
class WatchedLooks extends DiskCalls {
  readonly #looked: (file: string) => void;

  constructor(looked: (file: string) => void) {
    super(true);
    this.#looked = looked;
  }

  override async lookAt(file: string): ReturnType<DiskCalls['lookAt']> {
    const stats = await super.lookAt(file);
    this.#looked(file);
    return stats;
  }
}

test('A file that cannot be looked at under the name that it has meanwhile has its own back', async (t) => {
  const { root, write, look, names } = await ground(t);
  await write('dir/a.txt', 'a');
  const calls = new WatchedLooks((file) => {
    if (file.includes('.sluice-taken-')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  });
  await assert.rejects(new TakenFiles(calls, root).remove(await look('dir/a.txt')), { code: 'EIO' });
  assert.deepEqual(await names(), ['a.txt']);
});

test('A file that somebody else removed at that moment is gone, and no fault', async (t) => {
  const { root, write, look } = await ground(t);
  await write('dir/a.txt', 'a');
  const file = await look('dir/a.txt');
  const calls = new WatchedLooks((path) => rmSync(path));
  assert.equal(await new TakenFiles(calls, root).remove(file), 'gone');
});
