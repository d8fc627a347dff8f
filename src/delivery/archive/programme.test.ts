import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import { Programme } from './programme.ts';

function segment(epoch: number, media: number, more: Partial<IndexedSegment> = {}): IndexedSegment {
  return {
    kind: 'segment',
    stream: 'cam',
    epoch,
    media,
    discontinuities: epoch,
    discontinuity: false,
    gap: false,
    captured: media * 1_000_000,
    timescale: 1000,
    time: media * 1000,
    duration: 1000,
    ordinal: media * 5,
    parts: 5,
    first: media * 10,
    next: media * 10 + 10,
    sizes: { main: 100 },
    ...more,
  };
}

function end(epoch: number, media: number): IndexEntry {
  return { kind: 'end', stream: 'cam', epoch, media, discontinuities: epoch, captured: media * 1_000_000 };
}

function told(entries: readonly IndexEntry[], rewind?: number): Programme {
  const programme = new Programme(rewind);
  for (const entry of entries) programme.add(entry);
  return programme;
}

const numbers = (programme: Programme): string[] =>
  programme.segments().map(({ epoch, media }) => `${epoch}.${media}`);

test('A newer epoch voids what older ones said of its first number and of greater ones', () => {
  const entries = [segment(1, 0), segment(1, 1), segment(1, 2), segment(2, 1), segment(2, 2)];
  assert.deepEqual(numbers(told(entries)), ['1.0', '2.1', '2.2']);
  assert.deepEqual(numbers(told([...entries, segment(1, 3), segment(1, 1)])), ['1.0', '2.1', '2.2']);
});

test('An ended programme stays until another begins', () => {
  const programme = told([segment(1, 0), segment(1, 1), end(1, 2)]);
  assert.equal(programme.ended, true);
  assert.deepEqual(numbers(programme), ['1.0', '1.1']);
  programme.add(segment(2, 2));
  assert.equal(programme.ended, false);
  assert.deepEqual(numbers(programme), ['2.2']);
  programme.add(segment(1, 1));
  programme.add(end(1, 2));
  assert.equal(programme.ended, false);
  assert.deepEqual(numbers(programme), ['2.2']);
});

test('Whatever the order is in which entries come, the same results', () => {
  const entry = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 12 }));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (places, dice) => {
      const entries = places.map(([epoch, media]) => segment(epoch, media));
      const shuffled = entries
        .map((value) => ({ value, by: dice.next().value as number }))
        .sort((a, b) => a.by - b.by)
        .map(({ value }) => value);
      assert.deepEqual(numbers(told(shuffled)), numbers(told(entries)));
      const media = told(entries)
        .segments()
        .map((each) => each.media);
      assert.deepEqual(
        media,
        [...new Set(media)].sort((a, b) => a - b),
      );
    }),
  );
});

test('What retention removed is gone, and so is what nobody may go back to', () => {
  const entries = Array.from({ length: 20 }, (_, media) => segment(1, media));
  const programme = told(entries);
  programme.removedBefore(41, 1);
  assert.deepEqual(numbers(programme).slice(0, 2), ['1.5', '1.6']);
  programme.removedBefore(10_000, 1);
  assert.deepEqual(numbers(programme), []);
  assert.deepEqual(numbers(told(entries, 3_000_000)), ['1.16', '1.17', '1.18', '1.19']);
});

test('What was handed out does not change, and is found by number', () => {
  const programme = told([segment(1, 3), segment(1, 4, { gap: true, sizes: {} })]);
  const before = programme.segments();
  programme.add(segment(1, 5));
  assert.equal(before.length, 2);
  assert.equal(programme.find(1, 5)?.media, 5);
  assert.equal(programme.find(2, 5), undefined);
  assert.equal(programme.find(1, 9), undefined);
  assert.equal(programme.newestOf(1)?.media, 5);
  assert.equal(programme.newestOf(1, 'other'), undefined);
  assert.equal(told([segment(1, 3), segment(1, 4, { gap: true })]).newestOf()?.media, 3);
});
