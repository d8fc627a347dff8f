/** The suite that every source of `src/stores/contract.ts` passes. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { lookText } from '../../src/files/shared/look-text.ts';
import type { Selection, Source, SourceFile, Unsendable } from '../../src/stores/contract.ts';
import { waitFor } from '../support/wait.ts';

/** What some sources do not have, and others do. */
export type SourceLack =
  /** Permission bits. */
  | 'modes'
  /** Times that can be given. */
  | 'times'
  /** Names with control characters: they are told as not sendable. */
  | 'controlCharacters'
  /** Names with backslashes, for the server at hand does not take them. */
  | 'backslashes'
  /** Files that are written to: each write puts another one under the name, and who has the former open may lose it. */
  | 'inPlace'
  /** Notices of changes. */
  | 'hints';

/** A source, and the hands of whoever works in it. */
export interface SourceGround {
  readonly source: Source;
  readonly lacks?: readonly SourceLack[];
  /** Writes in place; the folders on the way are made. */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Puts another file under the name, by renaming it. */
  replace(path: string, text: string): Promise<void>;
  /** Gives a file a modification time, nanoseconds since the epoch, to the microsecond. */
  setTime(path: string, nanoseconds: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export type OpenSourceGround = (t: TestContext) => Promise<SourceGround>;

const everything: Selection = { file: () => true, folder: () => true };

async function listed(source: Source, selection = everything) {
  const unsendable: Unsendable[] = [];
  const files: SourceFile[] = await Array.fromAsync(source.list(selection, (what) => unsendable.push(what)));
  return { files, unsendable, paths: files.map(({ path }) => path).toSorted() };
}

async function readAll(source: Source, path: string): Promise<string> {
  const file = await source.open(path);
  const pieces: Buffer[] = [];
  let position = 0;
  for (;;) {
    const buffer = Buffer.alloc(7);
    const read = await file.read(buffer, position);
    if (read === 0) break;
    pieces.push(buffer.subarray(0, read));
    position += read;
  }
  await file.close();
  return Buffer.concat(pieces).toString();
}

/** Registers the suite; `open` is called once for each test. */
export function sourceContract(name: string, open: OpenSourceGround): void {
  describe(`${name} keeps the contract of a source`, () => {
    listing(open);
    reading(open);
    watching(open);
    removing(open);
  });
}

/** Of sources that remove at all. */
function removing(open: OpenSourceGround): void {
  test('What is to be removed is removed as it looked, and never another', async (t) => {
    const { source, write, replace, remove } = await open(t);
    if (source.removeIfSame === undefined) return;
    const names = ['same', 'written', 'dir/replaced', 'gone'];
    for (const name of names) await write(name, name);
    const looks = (await listed(source)).files.toSorted(
      (one, other) => names.indexOf(one.path) - names.indexOf(other.path),
    );
    await write('written', 'more than before');
    await replace('dir/replaced', 'dir/replaced');
    await remove('gone');
    const removals: string[] = [];
    for (const file of looks) removals.push(await source.removeIfSame(file));
    assert.deepEqual(removals, ['removed', 'other', 'other', 'gone']);
    assert.deepEqual((await listed(source)).paths, ['dir/replaced', 'written']);
  });
}

function listing(open: OpenSourceGround): void {
  test('An empty source lists nothing', async (t) => {
    const { source } = await open(t);
    assert.deepEqual(await listed(source), { files: [], unsendable: [], paths: [] });
  });

  test('Every file is listed once, with its path, size and mode, whatever its name', async (t) => {
    const { source, write, lacks = [] } = await open(t);
    const names = ['a', 'dir/b', 'dir/deep/er/c', '.hidden', '写真', 'n'.repeat(255)];
    if (!lacks.includes('backslashes')) names.push('back\\slash');
    if (!lacks.includes('controlCharacters')) names.push('línea\nnueva');
    else await write('línea\nnueva', 'x');
    for (const name of names) await write(name, name);
    await write('private', 'x', 0o600);
    const { files, paths, unsendable } = await listed(source);
    assert.deepEqual(paths, [...names, 'private'].toSorted());
    const refused = lacks.includes('controlCharacters') ? ['línea\nnueva'] : [];
    assert.deepEqual(
      unsendable.map(({ path }) => path),
      refused,
    );
    for (const { path, size } of files) if (path !== 'private') assert.equal(size, Buffer.byteLength(path));
    if (!lacks.includes('modes')) assert.equal(files.find(({ path }) => path === 'private')?.mode, 0o600);
  });

  test('A thousand files', async (t) => {
    const { source, write } = await open(t);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => write(`d${index % 7}/f${index}`, 'x')));
    assert.equal(new Set((await listed(source)).paths).size, 1000);
  });

  test('What the selection leaves out is not listed, and folders are not entered', async (t) => {
    const { source, write } = await open(t);
    for (const name of ['a.txt', 'b.jpg', 'skip/c.txt', 'keep/d.txt']) await write(name, name);
    const asked: string[] = [];
    const selection: Selection = {
      file: (path) => {
        asked.push(path);
        return path.endsWith('.txt');
      },
      folder: (path) => path !== 'skip',
    };
    assert.deepEqual((await listed(source, selection)).paths, ['a.txt', 'keep/d.txt']);
    assert.ok(!asked.includes('skip/c.txt'));
  });

  test('The store’s own folder is left out, and only at the root', async (t) => {
    const { source, write } = await open(t);
    await write('.sluice/journal.db', 'x');
    await write('dir/.sluice/kept', 'x');
    assert.deepEqual((await listed(source)).paths, ['dir/.sluice/kept']);
  });

  test('Looks are alike as long as nothing happens, and differ when anything does', async (t) => {
    const { source, write, replace, setTime, lacks = [] } = await open(t);
    await write('a', 'first');
    const look = async (): Promise<SourceFile> => (await source.look('a'))!;
    const first = await look();
    assert.deepEqual(await look(), first);
    assert.deepEqual((await listed(source)).files, [first]);
    await write('a', 'other');
    if (!lacks.includes('times')) await setTime('a', first.mtime.replace(/[0-9]{3}$/, '000'));
    const edited = await look();
    assert.equal(edited.size, first.size);
    assert.notEqual(lookText(edited), lookText(first));
    if (!lacks.includes('inPlace')) assert.notEqual(edited.ctime, first.ctime);
    await replace('a', 'third');
    const replaced = await look();
    assert.notEqual(replaced.inode, edited.inode);
    assert.match(replaced.mtime, /^[0-9]+$/);
    assert.match(replaced.inode, /^[0-9]+$/);
  });

  test('A look at what is not there, or is a folder, is undefined', async (t) => {
    const { source, write } = await open(t);
    await write('dir/a', 'x');
    for (const path of ['nothing', 'dir', 'dir/nothing', 'dir/a/below']) {
      assert.equal(await source.look(path), undefined, path);
    }
  });
}

function reading(open: OpenSourceGround): void {
  test('What is read at once is the whole file and its look, or nothing', async (t) => {
    const { source, write } = await open(t);
    await write('shop/a', 'receipt');
    // Some sources learn by the first file that is opened what they may do at once, and others do nothing so.
    await (await source.open('shop/a')).close();
    for (const size of [0, 6, 7, 8]) {
      const into = Buffer.alloc(size);
      const look = source.readAtOnce?.('shop/a', into);
      if (look === undefined) continue;
      assert.equal(into.toString(), 'receipt');
      assert.deepEqual(look, await source.look('shop/a'));
    }
    assert.equal(source.readAtOnce?.('shop/b', Buffer.alloc(7)), undefined);
  });

  test('A file is read piece by piece, from any position', async (t) => {
    const { source, write } = await open(t);
    await write('a', 'the quick brown fox');
    assert.equal(await readAll(source, 'a'), 'the quick brown fox');
    const file = await source.open('a');
    const buffer = Buffer.alloc(5);
    assert.equal(await file.read(buffer, 4), 5);
    assert.equal(String(buffer), 'quick');
    assert.equal(await file.read(buffer, 100), 0);
    await file.close();
  });

  test('An empty file has no bytes', async (t) => {
    const { source, write } = await open(t);
    await write('empty', '');
    assert.equal(await readAll(source, 'empty'), '');
    assert.equal((await source.look('empty'))?.size, 0);
  });

  test('An open file is the file that was opened, whatever becomes of its name, or is stale', async (t) => {
    const { source, write, replace, remove, lacks = [] } = await open(t);
    await write('a', 'old bytes');
    await write('b', 'old bytes');
    const [a, b] = [await source.open('a'), await source.open('b')];
    const before = await a.look();
    assert.deepEqual(before, await source.look('a'));
    await replace('a', 'new bytes!');
    await remove('b');
    for (const file of [a, b]) {
      const buffer = Buffer.alloc(20);
      const isStale = (error: unknown): number => {
        assert.ok(
          lacks.includes('inPlace') && (error as NodeJS.ErrnoException).code === 'ESTALE',
          String(error),
        );
        return buffer.write('old bytes');
      };
      const read = await file.read(buffer, 0).catch(isStale);
      assert.equal(String(buffer.subarray(0, read)), 'old bytes');
    }
    const after = await a.look();
    assert.equal(after.inode, before.inode);
    if (!lacks.includes('inPlace')) assert.notEqual(after.ctime, before.ctime);
    assert.notEqual(lookText((await source.look('a'))!), lookText(before));
    assert.equal(await source.look('b'), undefined);
    await Promise.all([a.close(), b.close()]);
  });

  test('An open file sees what is written in place, or is the former one', async (t) => {
    const { source, write, lacks = [] } = await open(t);
    await write('a', 'old');
    const file = await source.open('a');
    const before = await file.look();
    await write('a', 'newer');
    const after = await file.look();
    const size = lacks.includes('inPlace') ? 3 : 5;
    assert.deepEqual([before.size, after.size, after.inode], [3, size, before.inode]);
    await file.close();
  });

  test('A file is closed once, however often that is asked for', async (t) => {
    const { source, write } = await open(t);
    await write('a', 'x');
    const file = await source.open('a');
    await Promise.all([file.close(), file.close()]);
    await file.close();
  });

  test('Opening what is not there throws ENOENT', async (t) => {
    const { source } = await open(t);
    await assert.rejects(source.open('nothing'), { code: 'ENOENT' });
  });
}

function watching(open: OpenSourceGround): void {
  test('What is written, replaced or removed is hinted at, in new folders too', async (t) => {
    const { source, write, replace, remove, lacks = [] } = await open(t);
    await write('dir/old', 'x');
    const hints = new Set<string>();
    const watch = await source.watch((path) => hints.add(path), everything);
    t.after(() => watch.close());
    if (lacks.includes('hints')) return assert.deepEqual([...hints], []);
    const hinted = async (path: string, act: () => Promise<void>): Promise<void> => {
      hints.clear();
      await act();
      // The file itself, or a folder above it: then a walk is to look.
      await waitFor(() => [...hints].some((hint) => path === hint || path.startsWith(`${hint}/`)), {
        what: path,
      });
    };
    await hinted('a', () => write('a', 'x'));
    await hinted('a', () => write('a', 'xy'));
    await hinted('dir/old', () => replace('dir/old', 'y'));
    await hinted('new/deep/b', () => write('new/deep/b', 'x'));
    await hinted('a', () => remove('a'));
  });

  test('After the watch is closed there are no hints', async (t) => {
    const { source, write, lacks = [] } = await open(t);
    const hints: string[] = [];
    const watch = await source.watch((path) => hints.push(path), everything);
    await watch.close();
    await write('a', 'x');
    const other = new Set<string>();
    const second = await source.watch((path) => other.add(path), everything);
    t.after(() => second.close());
    await write('b', 'x');
    if (!lacks.includes('hints')) await waitFor(() => other.has('b'));
    assert.deepEqual(hints, []);
  });
}
