import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selects } from './selects.ts';

test('A path is wanted when all its folders are, and folders are asked once for all that is in them', () => {
  const asked: string[] = [];
  const isSelected = selects({
    folder: (path) => {
      asked.push(path);
      return !path.endsWith('out');
    },
    file: (path) => path.endsWith('.jpg'),
  });
  const paths = [
    'a.jpg',
    'a.txt',
    'in/b.jpg',
    'in/c.jpg',
    'in/out/d.jpg',
    'in/out/e/f.jpg',
    'in/sub/g.jpg',
    'h.jpg',
  ];
  assert.deepEqual(paths.filter(isSelected), ['a.jpg', 'in/b.jpg', 'in/c.jpg', 'in/sub/g.jpg', 'h.jpg']);
  assert.deepEqual(asked, ['in', 'in', 'in/out', 'in', 'in/out', 'in', 'in/sub']);
});
