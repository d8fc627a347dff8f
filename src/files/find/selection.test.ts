import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SelectionOptions, selectionOf } from './selection.ts';

/** True when a walk would come to the file and take it. */
function takes(options: SelectionOptions, path: string): boolean {
  const { file, folder } = selectionOf(options);
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    if (!folder(path.slice(0, slash))) return false;
  }
  return file(path);
}

test('What is taken', () => {
  const table: readonly (readonly [SelectionOptions, taken: string[], left: string[]])[] = [
    [{}, ['a', 'a/b/c', 'a.b'], ['.a', 'a/.b', '.a/b', 'a/.b/c']],
    [{ hidden: true }, ['.a', 'a/.b', '.a/b', '...'], []],
    [{ include: ['*.jpg'] }, ['a.jpg', 'x/y/a.jpg'], ['a.JPG', 'a.jpg.txt', 'jpg']],
    [{ include: ['*.jpg', '*.png'] }, ['a.jpg', 'b.png'], ['c.gif']],
    [{ include: ['photos/**'] }, ['photos/a', 'photos/b/c'], ['a', 'other/photos/a']],
    [{ include: ['/photos/*'] }, ['photos/a'], ['photos/b/c']],
    [{ include: ['./photos/*'] }, ['photos/a'], ['a']],
    [{ include: ['photos/'] }, ['photos/a', 'photos/b/c'], ['photo']],
    [{ include: ['**/raw/*'] }, ['raw/a', 'x/y/raw/a'], ['raw', 'raw/a/b']],
    [{ exclude: ['*.tmp'] }, ['a'], ['a.tmp', 'x/a.tmp', 'dir.tmp/a']],
    [{ exclude: ['node_modules'] }, ['node_modules.txt'], ['node_modules/a', 'x/node_modules/y/z']],
    [{ exclude: ['build/'] }, ['build.txt', 'x/build/a'], ['build/a', 'build/b/c']],
    [{ exclude: ['a/b'] }, ['a/c', 'x/a/b'], ['a/b', 'a/b/c']],
    [{ include: ['*.txt'], exclude: ['secret*'] }, ['a.txt'], ['secret.txt', 'secrets/a.txt']],
    [{ include: ['a?c', '[xyz]*', '{one,two}'] }, ['abc', 'x1', 'two'], ['ac', 'w', 'three']],
    [{ hidden: true, exclude: ['.git'] }, ['.gitignore'], ['.git/config', 'sub/.git/config']],
    [{ hidden: true, include: ['*.txt'] }, ['.a.txt', '.b/c.txt'], ['.a']],
    [{ include: ['写真/*'] }, ['写真/東京.jpg'], ['東京.jpg']],
  ];
  for (const [options, taken, left] of table) {
    for (const path of taken) assert.ok(takes(options, path), `${JSON.stringify(options)} takes ${path}`);
    for (const path of left) assert.ok(!takes(options, path), `${JSON.stringify(options)} leaves ${path}`);
  }
});

test('An empty glob is refused', () => {
  assert.throws(() => selectionOf({ include: [''] }), /empty glob/);
  assert.throws(() => selectionOf({ exclude: ['*', ''] }), /empty glob/);
});
