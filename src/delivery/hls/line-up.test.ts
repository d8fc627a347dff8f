import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { StreamWindow } from '../window/window.ts';
import { type LineUpOptions, type Listed, lineUp } from './line-up.ts';
import { programDateTime } from './tags.ts';

const target = 1_000_000;

function renditionOf(script: LiveScript, listed = 6_000_000) {
  const window = new StreamWindow('cam', { listed });
  for (const { record, bytes } of script.made) window.apply(record, bytes);
  return window.rendition('main')!;
}

/** Entries of the index from a number on. */
function older(from: number, to: number): IndexedSegment[] {
  return Array.from({ length: to - from }, (_, index) => ({
    kind: 'segment',
    stream: 'cam',
    epoch: 1,
    media: from + index,
    discontinuities: 0,
    discontinuity: false,
    gap: false,
    captured: 1_790_000_000_000_000 + (from + index) * target,
    timescale: 15_360,
    time: (from + index) * 15_360,
    duration: 15_360,
    ordinal: (from + index) * 5,
    parts: 5,
    first: 1,
    next: 2,
    sizes: {},
  }));
}

/** All that is listed. */
function all(options: LineUpOptions): readonly Listed[] {
  const { older, segments } = lineUp(options);
  return [...older.known.slice(older.from, older.to), ...segments];
}

const numbers = (segments: readonly Listed[]) => segments.map(({ media }) => media);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test('What belongs to the live edge, or all from a segment on', () => {
  const rendition = renditionOf(new LiveScript().segments(40).parts(2));
  const from = (media: number) =>
    numbers(all({ rendition, target, listed: 6_000_000, from: media, archived: older(media, 39) }));
  assert.deepEqual(numbers(all({ rendition, target, listed: 6_000_000 })), range(34, 41));
  assert.deepEqual(from(3), range(3, 41));
  // In the window, but not at its edge.
  assert.deepEqual(from(33), range(33, 41));
});

test('However near to the edge one begins, there is enough to choose from', () => {
  const rendition = renditionOf(new LiveScript().segments(40).parts(2));
  for (const from of [36, 40, 41, 5000]) {
    assert.deepEqual(
      numbers(all({ rendition, target, listed: 30_000_000, from, archived: [] })),
      range(34, 41),
    );
  }
});

test('What the archive has no more is not listed', () => {
  const rendition = renditionOf(new LiveScript().segments(40));
  const seen = all({ rendition, target, listed: 6_000_000, from: 3, archived: older(20, 39) });
  assert.deepEqual(numbers(seen), range(20, 40));
});

test('A number that nobody has is a gap, in the window and behind it', () => {
  const rendition = renditionOf(new LiveScript().segments(20).close().segments(3));
  const holes = older(3, 19).filter(({ media }) => media !== 7 && media !== 8);
  const seen = all({ rendition, target, listed: 6_000_000, from: 3, archived: holes });
  assert.deepEqual(numbers(seen), range(3, 24));
  assert.deepEqual(numbers(seen.filter(({ gap }) => gap)), [7, 8, 20]);
  const [first, second] = seen.filter(({ gap }) => gap);
  assert.equal(second!.captured - first!.captured, target);
  assert.equal(first!.captured, 1_790_000_000_000_000 + 7 * target);
});

test('Nor behind more discontinuities than encoders have begun anew: each would be a line', () => {
  const script = new LiveScript().segments(12).restart();
  const { made } = script.segments(3);
  for (const one of made) {
    const { record } = one;
    if (record.epoch === 2) Object.assign(record, { discontinuities: 2 ** 53 - 1 });
  }
  const rendition = renditionOf(script);
  const begins = rendition.segments.find(({ epoch }) => epoch === 2)!.media;
  assert.deepEqual(numbers(all({ rendition, target, listed: 30_000_000 })), range(begins, begins + 3));
  const archived = older(0, 12).map((segment) => ({
    ...segment,
    discontinuities: segment.media < 6 ? 0 : 500,
  }));
  const seen = all({ rendition: { segments: [] }, target, listed: 6_000_000, from: 0, archived });
  assert.deepEqual(numbers(seen), range(6, 12));
});

test('A hole behind a segment that lasts beyond all time has a date all the same', () => {
  const archived = older(0, 4).filter(({ media }) => media !== 2);
  const endless = archived.map((segment) => ({ ...segment, timescale: 1, duration: 2 ** 53 - 1 }));
  const seen = all({ rendition: { segments: [] }, target, listed: 6_000_000, from: 0, archived: endless });
  assert.match(programDateTime(seen[2]!.captured), /:\+275760-09-13T00:00:00\.000Z$/);
});

test('Behind a row of missing numbers that is too long nothing is told of what was before', () => {
  const rendition = renditionOf(new LiveScript().segments(200));
  const seen = all({ rendition, target, listed: 6_000_000, from: 3, archived: older(3, 10) });
  assert.equal(seen[0]!.media, rendition.segments[0]!.media);
});
