import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { WindowSpans } from './start.ts';

const claim: StreamClaim = {
  stream: 'cam',
  state: 'live',
  epoch: 1,
  owner: 'a',
  host: 'h',
  lasts: 10_000,
  partition: 3,
  began: 0,
  media: 0,
  discontinuities: 0,
  offset: 0,
  targets: { part: 200_000, segment: 2_000_000 },
};

function segment(media: number): IndexedSegment {
  return {
    kind: 'segment',
    stream: 'cam',
    epoch: 1,
    media,
    discontinuities: 0,
    discontinuity: false,
    gap: false,
    captured: media * 2_000_000,
    timescale: 1000,
    time: media * 2000,
    duration: 2000,
    ordinal: media * 10,
    parts: 10,
    first: media * 11,
    next: media * 11 + 11,
    sizes: { main: 1 },
  };
}

function spansOf(count: number, state: StreamClaim['state'] = 'live'): WindowSpans {
  const spans = new WindowSpans(40_000_000);
  spans.onClaim('cam', { ...claim, state });
  for (let media = 0; media < count; media += 1) spans.onIndex(segment(media));
  return spans;
}

test('Of a silent stream the last segments are read, wherever they are', () => {
  const [span] = spansOf(100).before(10 ** 12);
  assert.deepEqual(span, {
    stream: 'cam',
    partition: 3,
    first: 78 * 11,
    next: 100 * 11,
    begins: 78 * 2_000_000,
    captured: 99 * 2_000_000,
  });
  assert.deepEqual(spansOf(3).before(10 ** 12), [
    { stream: 'cam', partition: 3, first: 0, next: 33, begins: 0, captured: 2 * 2_000_000 },
  ]);
});

test('Nothing is read twice of a stream that goes on, nothing of one that is over, has no index or is forgotten', () => {
  assert.deepEqual(spansOf(100).before(78 * 2_000_000), []);
  assert.deepEqual(spansOf(100, 'ended').before(10 ** 12), []);
  assert.deepEqual(spansOf(0).before(10 ** 12), []);
  const forgotten = spansOf(10);
  forgotten.onClaim('cam', undefined);
  assert.deepEqual(forgotten.before(10 ** 12), []);
});

test('Another programme begins with nothing', () => {
  const spans = spansOf(10);
  const { stream, epoch, captured, discontinuities } = segment(10);
  spans.onIndex({ kind: 'end', stream, epoch, media: 10, captured, discontinuities });
  assert.deepEqual(spans.before(10 ** 12), []);
  spans.onIndex(segment(10));
  assert.deepEqual(spans.before(10 ** 12), [
    { stream: 'cam', partition: 3, first: 110, next: 121, begins: 10 * 2_000_000, captured: 10 * 2_000_000 },
  ]);
});
