import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexedSegment } from '../../records/live-index.ts';
import { parseBegin, segmentAt } from './begin.ts';

const now = Date.parse('2026-11-25T20:00:00Z');

test('Times to begin at', () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ['-300', now - 300_000],
    ['-0.5', now - 500],
    ['1790000000000', 1_790_000_000_000],
    ['2026-11-25T19:00:00Z', now - 3_600_000],
    ['2026-11-25T20:00+01:00', now - 3_600_000],
    ['2026-11-25T20:00 01:00', now - 3_600_000],
    ['2026-11-25T19:59:59.250Z', now - 750],
    ['300', undefined],
    ['yesterday', undefined],
    ['', undefined],
    ['2026-13-45T00:00Z', undefined],
    ['2026-11-25T19:00:00', undefined],
  ];
  for (const [text, time] of table) assert.equal(parseBegin(text, now), time, text);
});

test('The segment of a time', () => {
  const segments = [10, 11, 12].map((media) => ({
    media,
    captured: (now + (media - 10) * 2000) * 1000,
    duration: 2000,
    timescale: 1000,
  })) as IndexedSegment[];
  const table: readonly (readonly [number, number | undefined])[] = [
    [-5000, 10],
    [0, 10],
    [1999, 10],
    [2000, 11],
    [5999, 12],
    [6000, undefined],
  ];
  for (const [offset, media] of table) assert.equal(segmentAt(segments, now + offset), media, `${offset}`);
  assert.equal(segmentAt([], now), undefined);
});

test('Where a clock was wrong for some segments, times lead to those that were taken then', () => {
  // One ran an hour ahead, was set right, and later two hours behind.
  const at = [0, 2, 4, 3606, 3608, 10, 12, -7186, 16, 18];
  const segments = at.map((second, media) => ({
    media,
    captured: (now + second * 1000) * 1000,
    duration: 2000,
    timescale: 1000,
  })) as IndexedSegment[];
  for (const [media, second] of at.entries())
    assert.equal(segmentAt(segments, now + second * 1000 + 500), media);
  assert.equal(segmentAt(segments, now + 7_000), 2);
  assert.equal(segmentAt(segments, now + 14_500), 6);
});
