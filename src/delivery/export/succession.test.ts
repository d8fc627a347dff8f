import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { ConfigurationError, IncompleteError } from '../../errors.ts';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import { firstWanted } from './beginning.ts';
import { type Next, Succession } from './succession.ts';

const began = 1_790_000_000_000_000;

function segment(media: number, epoch = 1, more: Partial<IndexedSegment> = {}): IndexedSegment {
  return {
    kind: 'segment',
    stream: 'cam',
    epoch,
    media,
    discontinuities: epoch - 1,
    discontinuity: false,
    gap: false,
    captured: began + media * 2_000_000,
    timescale: 1000,
    time: media * 2000,
    duration: 2000,
    ordinal: media * 10,
    parts: 10,
    first: media,
    next: media + 1,
    sizes: { main: 100 },
    ...more,
  };
}

const end = (media: number, epoch = 1): IndexEntry => ({
  kind: 'end',
  stream: 'cam',
  epoch,
  media,
  discontinuities: 0,
  captured: began + media * 2_000_000,
});

const options = { stream: 'cam', target: 2_000_000, firstMedia: 0 };

const inShort = (next: Next): string =>
  next.kind === 'end' ? 'end' : `${next.segment.epoch}/${next.segment.media}${next.lost ? ' lost' : ''}`;

function listed(entries: readonly IndexEntry[], firstMedia = 0, last?: IndexedSegment): string[] {
  const succession = new Succession({ ...options, firstMedia }, last);
  return entries.flatMap((entry) => [...succession.push(entry)]).map(inShort);
}

test('What was listed stays: of two segments of a number the first counts, and the list goes on behind it', () => {
  const entries = [
    segment(0),
    segment(1),
    segment(2),
    segment(1, 2),
    segment(2, 2),
    segment(3, 2),
    segment(3, 1),
  ];
  assert.deepEqual(listed(entries), ['1/0', '1/1', '1/2', '2/3']);
});

test('Numbers that are missing are gaps as long as a segment should be, right behind what came before', () => {
  const succession = new Succession(options, segment(4));
  const next = succession.push(segment(7, 1, { captured: began + 14_000_000 }));
  assert.deepEqual(next.map(inShort), ['1/5 lost', '1/6 lost', '1/7']);
  const [first, second] = next.flatMap((one) => (one.kind === 'segment' ? [one.segment] : []));
  assert.deepEqual(
    [first?.gap, first?.time, first?.duration, first?.captured],
    [true, 10_000, 2000, began + 10_000_000],
  );
  assert.deepEqual([second?.time, second?.captured, second?.sizes], [12_000, began + 12_000_000, {}]);
});

test('A programme ends once, behind what is listed of it; what follows is another one', () => {
  assert.deepEqual(listed([end(0), segment(0), end(0), segment(1), end(2), segment(2, 2), end(3, 2)]), [
    '1/0',
    '1/1',
    'end',
  ]);
  assert.deepEqual(listed([segment(0), segment(1)], 1), ['1/1']);
  assert.deepEqual(listed([segment(3), segment(4), end(5)], 0, segment(3)), ['1/4', 'end']);
});

test('Too much that is missing ends the export, and so does another stream of that name', () => {
  const after = () => new Succession(options, segment(10));
  assert.equal(after().push(segment(20_011)).length, 20_001);
  assert.throws(() => after().push(segment(20_012)), IncompleteError);
  assert.throws(() => after().push(segment(11, 1, { discontinuities: 101 })), IncompleteError);
  const later = { captured: segment(10).captured + 600_000_000 };
  assert.deepEqual(after().push(segment(3, 1, { captured: later.captured - 1 })), []);
  assert.throws(() => after().push(segment(3, 1, later)), ConfigurationError);
});

test('Whatever the index says, numbers rise by one, epochs never fall, and whoever begins behind any of it goes on alike', () => {
  const entry = fc
    .tuple(fc.nat(12), fc.integer({ min: 1, max: 4 }))
    .map(([media, epoch]) => segment(media, epoch));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), fc.nat(12), (entries, stop) => {
      const whole = new Succession(options, undefined);
      const all = entries
        .flatMap((one) => [...whole.push(one)])
        .flatMap((one) => (one.kind === 'segment' ? [one.segment] : []));
      for (const [index, one] of all.entries()) {
        if (index === 0) continue;
        assert.equal(one.media, all[index - 1]!.media + 1);
        assert.ok(one.epoch >= all[index - 1]!.epoch);
      }
      const last = all[stop];
      if (last === undefined) return;
      const rest = new Succession(options, last);
      const again = entries
        .flatMap((one) => [...rest.push(one)])
        .flatMap((one) => (one.kind === 'segment' ? [one.segment] : []));
      assert.deepEqual(again, all.slice(stop + 1));
    }),
  );
});

test('An export begins where it was asked to, and with no more than its window lists', () => {
  const first = (
    entries: readonly IndexEntry[],
    more: Partial<Parameters<typeof firstWanted>[0]> = {},
  ): number =>
    firstWanted({ entries, isLive: true, from: undefined, window: undefined, target: 2_000_000, ...more });
  const twenty = Array.from({ length: 20 }, (_, media) => segment(media));
  const at = (seconds: number): number => began / 1000 + seconds * 1000;
  assert.equal(first(twenty), 0);
  assert.equal(first(twenty, { window: 20_000_000 }), 10);
  assert.equal(first(twenty, { window: 1_000_000 }), 14);
  assert.equal(first(twenty, { window: 1_000_000, from: 'beginning' }), 0);
  assert.equal(first(twenty, { from: at(5) }), 2);
  assert.equal(first(twenty, { from: at(-60) }), 0);
  // Behind the newest there may be the one that grows.
  assert.equal(first(twenty, { from: at(40) }), 20);
  assert.equal(first(twenty, { from: at(39) }), 19);
  assert.equal(first([]), 0);
  const over = [...twenty.slice(0, 3), end(3)];
  assert.equal(first(over), 3);
  assert.equal(first(over, { isLive: false }), 0);
  assert.equal(first([...over, segment(3, 2), segment(4, 2)]), 3);
});
