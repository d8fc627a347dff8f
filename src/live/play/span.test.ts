import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import { SegmentList } from './segment-list.ts';
import { findSpan } from './span.ts';

/** A segment of 2 s that began at twice its number, seconds; 11 records each. */
function segment(media: number, more: Partial<IndexedSegment> = {}): IndexedSegment {
  return {
    ...{
      kind: 'segment',
      stream: 'cam',
      epoch: 1,
      media,
      discontinuities: 0,
      discontinuity: false,
      gap: false,
    },
    ...{ captured: media * 2_000_000, timescale: 1000, time: media * 2000, duration: 2000 },
    ...{ ordinal: media * 10, parts: 10, first: media * 11, next: media * 11 + 11, sizes: { main: 1 } },
    ...more,
  } as IndexedSegment;
}

function end(media: number, epoch = 1): IndexEntry {
  return { kind: 'end', stream: 'cam', epoch, media, discontinuities: 0, captured: media * 2_000_000 };
}

function listOf(...entries: readonly IndexEntry[]): SegmentList {
  const list = new SegmentList();
  for (const entry of entries) list.push(entry);
  return list;
}

const ten = Array.from({ length: 10 }, (_, media) => segment(media));
const seconds = (time: number) => time * 1_000_000;

test('A clip is two offsets', () => {
  const table: readonly (readonly [from: number, to: number, first: number, end: number])[] = [
    [4, 8, 2, 4],
    [5, 7, 2, 4],
    [4, 8.1, 2, 5],
    [0, 2, 0, 1],
  ];
  for (const [from, to, first, behind] of table) {
    const span = findSpan(listOf(...ten), { from: seconds(from), to: seconds(to) });
    const found = [span.firstMedia, span.endMedia, span.first, span.next, span.missing];
    assert.deepEqual(found, [first, behind, first * 11, behind * 11, 0], `${from} to ${to}`);
  }
});

test('What is not in the index yet is told by times', () => {
  const behind = findSpan(listOf(...ten), { from: seconds(21), to: seconds(30) });
  assert.deepEqual(
    [behind.firstMedia, behind.endMedia, behind.first, behind.next],
    [undefined, undefined, 110, undefined],
  );
  const nothing = findSpan(listOf(), { from: seconds(1) });
  assert.deepEqual([nothing.firstMedia, nothing.first], [undefined, undefined]);
});

test('What the topic does not hold any more is counted', () => {
  const { firstMedia, missing } = findSpan(listOf(...ten.slice(4)), { from: seconds(1) });
  assert.deepEqual([firstMedia, missing], [4, seconds(7)]);
});

test('Unknown offsets are made up for by those before', () => {
  const list = listOf(ten[0]!, segment(1, { next: -1 }), segment(2, { first: -1 }), ten[3]!);
  const { first, firstMedia, next } = findSpan(list, { from: seconds(4), to: seconds(6) });
  assert.deepEqual([firstMedia, first, next], [2, 11, 33]);
});

test('The newest programme begins behind the end of the one before', () => {
  const list = listOf(
    ...ten.slice(0, 4),
    end(4),
    segment(4, { epoch: 2 }),
    segment(5, { epoch: 2 }),
    end(6, 2),
  );
  const span = findSpan(list, { from: 'beginning' });
  assert.deepEqual([span.firstMedia, span.epoch, span.known], [4, 2, 5]);
});

test('A new epoch makes void what lower ones said, and zombies are not heard', () => {
  const list = listOf(
    ...ten.slice(0, 5),
    segment(3, { epoch: 2 }),
    segment(4),
    segment(4, { epoch: 2 }),
    segment(4, { epoch: 2 }),
  );
  assert.deepEqual(
    list.all.map(({ epoch, media }) => [epoch, media]),
    [
      [1, 0],
      [1, 1],
      [1, 2],
      [2, 3],
      [2, 4],
    ],
  );
});
