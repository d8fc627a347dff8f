import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedFile } from '../files/shared/reading-options.ts';
import { listLine } from './list.ts';
import { createStyle } from './terminal/style.ts';
import { pastMoment } from './values.ts';

const style = createStyle({ color: false, unicode: true });
const file: ListedFile = {
  ...{ uploader: 'till', path: 'a.mp4', upload: '0'.repeat(32), size: 30_000_000, digest: '' },
  ...{ mtime: 0, sentAt: Date.parse('2026-07-01T12:00Z'), state: 'complete' },
};
const begin = '2026-07-01 12:00:00Z     30 MB  ';

test('A line says how far a file is, and what it lacks', () => {
  const lines: [change: Partial<ListedFile>, line: string][] = [
    [{}, 'complete    till/a.mp4'],
    [{ state: 'sending', done: 15_000_000 }, 'sending     till/a.mp4  (50%)'],
    [{ state: 'sending', done: 15_000_000, rate: 1_500_000 }, 'sending     till/a.mp4  (50%, 1.5 MB/s)'],
    [{ state: 'incomplete', missing: [[0, 1_000_000]] }, 'incomplete  till/a.mp4  (missing 0..999999)'],
    [{ state: 'incomplete' }, 'incomplete  till/a.mp4'],
    [{ state: 'superseded', encrypted: true }, 'superseded  till/a.mp4  (encrypted)'],
    [{ state: 'sending', encrypted: true, locked: true }, 'sending     till/a.mp4  (encrypted: no key)'],
  ];
  for (const [change, line] of lines) assert.equal(listLine({ ...file, ...change }, style), begin + line);
});

test('A moment is a time, or how long ago it was', () => {
  assert.equal(pastMoment.parse('2026-07-01T12:00Z'), file.sentAt);
  const then = pastMoment.parse('2h');
  const ago = Date.now() - then;
  assert.ok(ago >= 7_200_000 && ago < 7_260_000, String(ago));
  for (const wrong of ['500', 'soon', '-2h']) assert.ok(!pastMoment.safeParse(wrong).success, wrong);
});
