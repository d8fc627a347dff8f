import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DownloadSummary, UploadSummary } from '../../files/shared/options.ts';
import { emptyBoard, failureLimit, type RunEvent, tell } from './board.ts';
import { lineOf, startedLine, summaryLines } from './lines.ts';
import { createStyle } from './style.ts';

const plain = createStyle({ color: false, unicode: true });

test('one line for what is finished, none for what only moves', () => {
  const where = { uploader: 'till-7', path: 'a\u001b.txt', upload: 'u1' };
  const table: [RunEvent, string | undefined][] = [
    [
      {
        type: 'sent',
        path: 'film.mkv',
        upload: 'u',
        size: 2e9,
        digest: 'md5:0',
        resumedFrom: 1e9,
        seconds: 3,
      },
      '✓ film.mkv  2 GB, continued at 1 GB',
    ],
    [
      { type: 'sent', path: 'a', upload: 'u', size: 0, digest: 'md5:0', resumedFrom: 0, seconds: 0 },
      '✓ a  0 B',
    ],
    [{ type: 'received', ...where, size: 5, digest: 'md5:0', target: 'till-7/a.txt' }, '✓ till-7/a.txt  5 B'],
    [
      { type: 'not-sent', path: 'a', reason: 'it changed', again: true },
      '! a: it changed; will be tried again',
    ],
    [{ type: 'not-sent', path: 'a', reason: 'permission denied', again: false }, '✗ a: permission denied'],
    [
      { type: 'failed', ...where, reason: 'digest-mismatch', message: 'the digest differs' },
      '✗ till-7/a\\x1b.txt: the digest differs',
    ],
    [
      { type: 'aborted', ...where, reason: 'changed' },
      '– till-7/a\\x1b.txt: given up by its uploader (changed)',
    ],
    [
      { type: 'refused-record', partition: 3, offset: 17, reason: 'no header' },
      '✗ record skipped at partition 3, offset 17: no header',
    ],
    [
      { type: 'refused-record', partition: 3, offset: 17, reason: 'no size', uploader: 'a', path: 'b' },
      '✗ a/b, record skipped at partition 3, offset 17: no size',
    ],
    [{ type: 'lost', message: 'offsets 1..2 were removed' }, '✗ offsets 1..2 were removed'],
    [{ type: 'resumed', on: 'kafka', message: 'Kafka answers again' }, '✓ Kafka answers again'],
    [{ type: 'waiting', on: 'kafka', message: 'no answer' }, undefined],
    [{ type: 'would-send', path: 'a', size: 1, reason: 'new' }, undefined],
  ];
  for (const [event, line] of table) assert.equal(lineOf(event, plain), line);
});

test('the first line says what goes where', () => {
  const started = {
    type: 'started',
    name: 'till-7',
    topic: 'files',
    partitions: 4,
    place: 'photos',
  } as const;
  assert.equal(
    startedLine(started, 'upload', plain),
    'Sending photos to topic files as till-7, 4 partitions',
  );
  assert.equal(
    startedLine(started, 'download', plain),
    'Receiving topic files into photos as till-7, 4 partitions',
  );
});

const sums = { files: 1204, bytes: 12.4e9, records: 1, wireBytes: 1, seconds: 68, interrupted: false };

test('the summary of an upload', () => {
  const summary: UploadSummary = { ...sums, failed: 2, unchanged: 30 };
  const board = tell(
    tell(emptyBoard('upload', false), { type: 'not-sent', path: 'a', reason: 'gone', again: false }, 0),
    { type: 'not-sent', path: 'b', reason: 'permission denied', again: false },
    0,
  );
  assert.deepEqual(summaryLines(summary, board, plain), [
    'Sent 1,204 files, 12.4 GB, in 1m 8s (182 MB/s); 30 sent before, 2 failed.',
    '  ✗ a: gone',
    '  ✗ b: permission denied',
  ]);
  const nothing = { ...summary, files: 0, bytes: 0, failed: 0, seconds: 0.2 };
  assert.deepEqual(summaryLines(nothing, board, plain), ['Sent no new files in 200ms; 30 sent before.']);
});

test('the summary of a download', () => {
  const summary: DownloadSummary = {
    ...sums,
    unchanged: 0,
    failed: 0,
    notReplaced: 0,
    open: 3,
    interrupted: true,
  };
  assert.deepEqual(summaryLines(summary, emptyBoard('download', false), plain), [
    'Received 1,204 files, 12.4 GB, in 1m 8s (182 MB/s); 3 not complete on the topic yet, interrupted; the next run goes on from here.',
  ]);
});

test('a file that makes it in the end is no failure; many failures are counted, not remembered', () => {
  let board = tell(
    emptyBoard('upload', true),
    { type: 'not-sent', path: 'a', reason: 'changed', again: true },
    0,
  );
  board = tell(
    board,
    { type: 'sent', path: 'a', upload: 'u', size: 1, digest: 'd', resumedFrom: 0, seconds: 1 },
    0,
  );
  assert.equal(board.failures.size, 0);
  for (let index = 0; index < failureLimit + 10; index += 1) {
    board = tell(board, { type: 'not-sent', path: `f${index}`, reason: 'gone', again: false }, 0);
  }
  assert.equal(board.failures.size, failureLimit);
  const lines = summaryLines({ ...sums, failed: failureLimit + 10, unchanged: 0 }, board, plain);
  assert.equal(lines.length, 22);
  assert.equal(lines.at(-1), '  and 990 more');
});
