import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import { StreamWindow } from '../window/window.ts';
import {
  indexOf,
  type LineUpOptions,
  type Listed,
  lastUnbroken,
  lineUp,
  newestEpoch,
  withoutHoles,
} from './line-up.ts';
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

/** The last segments of a programme that goes on from this number: five of a second each. */
function windowFrom(media: number) {
  const segments = older(media, media + 5).map((one) => ({ ...one, closed: true, parts: [] }));
  return { segments: segments as never };
}

const few = 256;

test('What is older than the window is told apart when there is much of it', () => {
  const rendition = windowFrom(900);
  const line = (from: number, recent = 0) =>
    lineUp({ rendition, target, listed: target, from, archived: older(0, 900), recent });
  const near = line(900 - few);
  assert.deepEqual(near.older, { known: [], from: 0, to: 0 });
  assert.deepEqual(numbers(near.segments), range(900 - few, 905));
  const far = line(900 - few - 1);
  assert.deepEqual([far.older.from, far.older.to], [900 - few - 1, 900]);
  assert.deepEqual(numbers(far.segments), range(900, 905));
  // What lasts as long as is asked for is not among the older ones: five seconds stand in the window.
  const recent = line(0, 30_000_000);
  assert.deepEqual([recent.older.from, recent.older.to], [0, 875]);
  assert.deepEqual(numbers(recent.segments), range(875, 905));
  assert.deepEqual([line(0, 5_000_000).older.to, line(0, 5_000_001).older.to], [900, 899]);
  // One at least is, for what stands before the recent ones.
  assert.equal(line(100, 10_000_000_000).older.to, 101);
});

test('Without a window all that the archive has is listed', () => {
  const options = { rendition: { segments: [] }, target, listed: target, archived: older(0, 10) };
  assert.deepEqual(numbers(all({ ...options, from: 5 })), range(5, 10));
  assert.deepEqual(numbers(all({ ...options, from: 12 })), []);
});

test('Of a long list, too, nothing is told of what was before a row of missing numbers that is too long', () => {
  const before = lineUp({
    rendition: windowFrom(900),
    target,
    listed: target,
    from: 0,
    archived: [...older(0, 5), ...older(106, 900)],
  });
  assert.deepEqual([before.older.from, before.older.to], [5, 799]);
  const shorter = lineUp({
    rendition: windowFrom(900),
    target,
    listed: target,
    from: 0,
    archived: [...older(0, 5), ...older(104, 900)],
  });
  assert.deepEqual([shorter.older.from, shorter.older.to], [0, 801]);
  const between = lineUp({
    rendition: windowFrom(900),
    target,
    listed: target,
    from: 0,
    archived: older(0, 700),
  });
  assert.deepEqual(between.older, { known: [], from: 0, to: 0 });
  assert.deepEqual(numbers(between.segments), range(900, 905));
});

test('A row of a hundred missing numbers is not too long, one more is', () => {
  const seen = (next: number) => numbers(withoutHoles([...older(0, 2), ...older(next, next + 2)], target));
  assert.deepEqual(seen(101), range(0, 103));
  assert.deepEqual(seen(102), [102, 103]);
});

test('A number that nobody has lasts as long as a segment should, and belongs to what was before', () => {
  const [first, last] = older(0, 5).filter(({ media }) => media === 1 || media === 4);
  const [, one, two] = withoutHoles(
    [{ ...first!, epoch: 3, discontinuities: 2, duration: 30_720 }, last!],
    target,
  );
  const { captured } = first!;
  const hole = {
    ...{ epoch: 3, media: 2, discontinuity: false, discontinuities: 2, gap: true, timescale: 1_000_000 },
    ...{ duration: target, captured: captured + 2_000_000, parts: [] },
  };
  assert.deepEqual(one, hole);
  assert.deepEqual(two, { ...hole, media: 3, captured: captured + 3_000_000 });
});

test('A place is found in lists with holes, too', () => {
  const media = fc.uniqueArray(fc.nat(60), { maxLength: 40 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(media, fc.nat(61), (list, wanted) => {
      const found = list.findIndex((one) => one >= wanted);
      assert.equal(
        indexOf(
          list.map((one) => ({ media: one })),
          wanted,
        ),
        found === -1 ? list.length : found,
      );
    }),
  );
});

test('Places and epochs of a list', () => {
  const list = older(3, 8);
  assert.deepEqual(
    [0, 3, 5, 7, 8].map((media) => indexOf(list, media)),
    [0, 0, 2, 4, 5],
  );
  const known = list.map((one, index) => ({ ...one, epoch: index, gap: index > 2 }));
  assert.equal(newestEpoch({ known, from: 0, to: 5 }), 2);
  assert.equal(newestEpoch({ known, from: 0, to: 2 }), 1);
  assert.equal(newestEpoch({ known, from: 3, to: 5 }), undefined);
  assert.equal(newestEpoch({ known, from: 0, to: 1 }), 0);
});

test('Numbers that jump by more than a hundred, and encoders that began anew more often, break a list', () => {
  const rows: readonly (readonly [media: number, discontinuities: number, from: number])[] = [
    [1, 0, 0],
    [100, 0, 0],
    [101, 0, 1],
    [1, 100, 0],
    [1, 101, 1],
  ];
  for (const [media, discontinuities, from] of rows) {
    const segments = [
      { media: 7, discontinuities: 3 },
      { media: 7 + media, discontinuities: 3 + discontinuities },
    ];
    assert.equal(lastUnbroken(segments), from, `${media}, ${discontinuities}`);
    // Whatever follows, the last break counts.
    const next = { media: 8 + media, discontinuities: 3 + discontinuities };
    assert.equal(lastUnbroken([...segments, next]), from);
  }
  assert.equal(lastUnbroken([]), 0);
  assert.equal(lastUnbroken([{ media: 5 }]), 0);
});
