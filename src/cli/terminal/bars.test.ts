import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import type { ProgressEvent } from '../../files/shared/events.ts';
import { renderBoard } from './bars.ts';
import { type Board, emptyBoard, tell } from './board.ts';
import { createStyle } from './style.ts';
import { widthOf } from './text.ts';

const plain = createStyle({ color: false, unicode: true });

const progress: ProgressEvent = {
  type: 'progress',
  filesDone: 1204,
  filesFailed: 0,
  filesOpen: 5310,
  bytesDone: 12_400_000_000,
  bytesTotal: 88_100_000_000,
  records: 12_000,
  wireBytes: 12_500_000_000,
  inFlight: [
    { path: 'film/big.mkv', size: 2_000_000_000, done: 1_100_000_000 },
    { path: '写真/2026/img.jpg', size: 30_000_000, done: 30_000_000 },
  ],
};

function board(event: ProgressEvent, watching = false): Board {
  const begun = {
    ...emptyBoard('upload', watching),
    started: { type: 'started', name: 'till', topic: 'files', partitions: 4, place: 'photos' } as const,
    pace: [{ at: 0, bytes: event.bytesDone - 100_000_000 }],
  };
  return tell(begun, event, 1000);
}

test('a run in full width', () => {
  assert.deepEqual(renderBoard(board(progress), { columns: 120, rows: 24 }, plain, 1000), [
    `   film/big.mkv${' '.repeat(48)} ${'━'.repeat(15)}${'─'.repeat(14)}  55%       1.1 GB of 2 GB`,
    `   写真/2026/img.jpg${' '.repeat(43)} ${'━'.repeat(29)} 100%       30 MB of 30 MB`,
    ` ↑ ${'━'.repeat(2)}${'─'.repeat(18)} 14% · 1,204 files sent · 5,310 to go · 12.4 GB of 88.1 GB · 100 MB/s · 12m 37s left`,
  ]);
});

test('on a narrow terminal the less important gives way', () => {
  assert.equal(
    renderBoard(board(progress), { columns: 80, rows: 24 }, plain, 1000).at(-1),
    ` ↑ ${'━'.repeat(2)}${'─'.repeat(13)} 14% · 1,204 files sent · 100 MB/s · 12m 37s left`,
  );
  assert.deepEqual(renderBoard(board(progress), { columns: 60, rows: 24 }, plain, 1000), [
    `   film/big.mkv${' '.repeat(24)} ${'━'.repeat(7)}${'─'.repeat(7)}  55%`,
    `   写真/2026/img.jpg${' '.repeat(19)} ${'━'.repeat(14)} 100%`,
    ' ↑ 1,204 files sent · 100 MB/s · 12m 37s left',
  ]);
  assert.deepEqual(renderBoard(board(progress), { columns: 24, rows: 24 }, plain, 1000), [
    '   film/big.mkv     55%',
    '   写真…26/img.jpg 100%',
    ' ↑ 1,204 files sent',
  ]);
});

test('nothing to do: watching waits, a single run finishes', () => {
  const idle = { ...progress, filesOpen: 0, bytesTotal: progress.bytesDone, inFlight: [] };
  const room = { columns: 100, rows: 24 };
  assert.deepEqual(renderBoard(board(idle, true), room, plain, 1000), [
    ' ↑ 1,204 files sent · 12.4 GB · waiting for more, Ctrl-C ends',
  ]);
  assert.deepEqual(renderBoard(board(idle), room, plain, 1000), [
    ' ↑ 1,204 files sent · 12.4 GB · finishing',
  ]);
  assert.deepEqual(renderBoard(emptyBoard('download', true), room, plain, 0), [' ↓ connecting to Kafka']);
});

test('what holds the work up is said, with how long', () => {
  const waiting = { type: 'waiting', on: 'kafka', message: 'Kafka does not answer' } as const;
  const held = tell(tell(board(progress), waiting, 1000), waiting, 5000);
  const lines = renderBoard(held, { columns: 100, rows: 24 }, plain, 13_000);
  assert.equal(lines.at(-2), ' ! Kafka does not answer (12s)');
  const free = tell(held, { type: 'resumed', on: 'kafka', message: 'Kafka answers' }, 13_000);
  assert.equal(renderBoard(free, { columns: 100, rows: 24 }, plain, 13_000).length, lines.length - 1);
});

test('whatever the terminal and the names, every line fits and so does the block', () => {
  const file = fc.record({
    path: fc.string({ unit: 'grapheme' }),
    size: fc.nat(),
    done: fc.nat(),
  });
  const style = createStyle({ color: true, unicode: true });
  fc.assert(
    fc.property(
      fc.array(file, { maxLength: 20 }),
      fc.integer({ min: 2, max: 200 }),
      fc.integer({ min: 1, max: 40 }),
      (inFlight, columns, rows) => {
        const lines = renderBoard(board({ ...progress, inFlight }), { columns, rows }, style, 1000);
        assert.ok(lines.length <= Math.max(1, rows - 1), `${lines.length} lines in ${rows} rows`);
        for (const line of lines) assert.ok(widthOf(line) < columns, `${line} in ${columns}`);
      },
    ),
  );
});
