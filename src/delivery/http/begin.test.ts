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
