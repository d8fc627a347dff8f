import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexedSegment } from '../../records/live-index.ts';
import { joinLists } from './join.ts';

/** Segments of a second, from one number to another (excluded), of a stream that began at `began`: microseconds. */
function segments(from: number, until: number, began = 0): IndexedSegment[] {
  return Array.from({ length: until - from }, (_, index) => ({
    kind: 'segment' as const,
    stream: 'cam',
    epoch: 1,
    media: from + index,
    ordinal: from + index,
    discontinuity: false,
    discontinuities: 0,
    gap: false,
    timescale: 1000,
    time: (from + index) * 1000,
    duration: 1000,
    captured: began + (from + index) * 1_000_000,
    first: from + index,
    next: from + index + 1,
    parts: 1,
    sizes: { high: 1 },
  }));
}

const common = { end: undefined, proof: undefined, began: 0, rewind: Number.POSITIVE_INFINITY, bridge: [] };

test('A place that is ahead of a server that still reads the index is of that stream, and one of another stream is none', () => {
  for (const until of [21, 100, 140, 199, 300]) {
    const own = segments(20, until);
    const { list, proof, fault } = joinLists({ ...common, own, placed: segments(0, 200) });
    assert.deepEqual([proof, fault, list[0]?.media, list.length], ['same', undefined, 0, until], `${until}`);
    const other = joinLists({ ...common, own, placed: segments(0, 200, 500_000) });
    assert.deepEqual([other.proof, other.fault, other.list], ['another', 'another', own], `${until}`);
  }
});
