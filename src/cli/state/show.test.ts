import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RememberedFile, UploaderState } from '../../files/show-state.ts';
import { fileLine, fileLines, uploaderLine } from './show.ts';
import { whose, whoseExactly } from './whose.ts';

const uploader: UploaderState = {
  ...{ type: 'uploader', uploader: 'till-7', sent: 1204, bytes: 3.2e9, sending: 0, aborted: 0, forgotten: 0 },
  isWhole: true,
};
const file: RememberedFile = {
  ...{
    type: 'file',
    uploader: 'till-7',
    path: 'a.mp4',
    state: 'sent',
    upload: '0'.repeat(32),
    size: 30_000_000,
  },
  ...{ done: 30_000_000, mtime: 0, digest: 'md5:00', partition: 2, first: 5, last: 9, at: 0 },
};

test('A line says what an uploader remembers, and whether it runs', () => {
  const holder = { host: 'shop\u001b[2J', pid: 812, at: 0, isRunning: true };
  const lines: [change: Partial<UploaderState>, line: string][] = [
    [{}, 'till-7  1,204 sent (3.2 GB)'],
    [
      { sending: 2, aborted: 1, forgotten: 3 },
      'till-7  1,204 sent (3.2 GB), 2 under way, 1 given up, 3 to be sent again',
    ],
    [{ holder }, 'till-7  1,204 sent (3.2 GB)  running on shop\\x1b[2J (process 812)'],
    [
      { holder: { ...holder, isRunning: false }, isWhole: false },
      'till-7  1,204 sent (3.2 GB)  was cut short on shop\\x1b[2J (process 812)  not all that it sent is told',
    ],
  ];
  for (const [change, line] of lines) assert.equal(uploaderLine({ ...uploader, ...change }), line);
});

test('A line for each file, or all that is remembered of one', () => {
  const lines: [change: Partial<RememberedFile>, line: string][] = [
    [{}, '  sent          30 MB  a.mp4'],
    [{ state: 'sending', done: 15_000_000 }, '  sending       30 MB  a.mp4  (50%)'],
    [{ state: 'forgotten', encrypted: true }, '  forgotten     30 MB  a.mp4  (encrypted)'],
    [
      { size: 0, encrypted: true, locked: true, path: 'x\ny' },
      '  sent              ?  x\\x0ay  (encrypted: no key)',
    ],
  ];
  for (const [change, line] of lines) assert.equal(fileLine({ ...file, ...change }), line);
  assert.deepEqual(fileLines({ ...file, state: 'sending', done: 7, before: '1'.repeat(32) }), [
    'file         till-7/a.mp4',
    'state        sending',
    `upload       ${'0'.repeat(32)}`,
    'size         30000000 bytes',
    'done         7 bytes',
    'modified     1970-01-01T00:00:00.000Z',
    'digest       md5:00',
    'stands at    partition 2, offsets 5 to 9',
    `sent before  ${'1'.repeat(32)}`,
    'noted        1970-01-01T00:00:00.000Z',
  ]);
});

test('The first slash parts an uploader from a path', () => {
  assert.deepEqual(whose('till-7'), { uploader: 'till-7' });
  assert.deepEqual(whose('till-7/'), { uploader: 'till-7' });
  assert.deepEqual(whose('till-7/a/b'), { uploader: 'till-7', path: 'a/b' });
});

test('What changes something does not take a path that is missing for all of them', () => {
  assert.deepEqual(whoseExactly('till-7'), { uploader: 'till-7' });
  assert.deepEqual(whoseExactly('till-7/a/b'), { uploader: 'till-7', path: 'a/b' });
  assert.throws(() => whoseExactly('till-7/'), /"till-7\/" names no file: .*"till-7" alone/);
});
