import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initOf, partOf } from '../../../test/support/live-stream.ts';
import { Numbering, type UnsentRecord } from './numbering.ts';
import { type LedgerEntry, SegmentLedger } from './segment-ledger.ts';

function records(count: number, renditions = ['a']): UnsentRecord[] {
  const numbering = new Numbering({
    stream: 'cam',
    epoch: 1,
    start: { media: 4, discontinuity: true, discontinuities: 1 },
    targets: { part: 200_000, segment: 2_000_000 },
    chunks: 'part',
  });
  const events = [
    ...renditions.map(initOf),
    ...Array.from({ length: count }, (_, index) => renditions.map((name) => partOf(name, index))).flat(),
  ];
  return events.flatMap((event) =>
    (!('bytes' in event) ? [] : numbering.push(event)).map(({ record }) => record),
  );
}

/** Acknowledges them in their order; `place` gives each its offset. */
function acknowledge(
  ledger: SegmentLedger,
  entries: readonly LedgerEntry[],
  place: (index: number, entry: LedgerEntry) => number,
): void {
  for (const [index, entry] of entries.entries()) ledger.acknowledged(entry, place(index, entry));
}

const take = (ledger: SegmentLedger) => ledger.takeReady().map(({ index }) => index);

test('A segment is due when the next has begun in all renditions, and all of it is acknowledged', () => {
  const ledger = new SegmentLedger('cam');
  const entries = records(11, ['a', 'b']).map((record) => ledger.handed(record, 100));
  // The last four are the second segment's, of which `b` has begun too.
  acknowledge(ledger, entries.slice(0, -5), (index) => 100 + index);
  assert.deepEqual(take(ledger), []);
  assert.deepEqual(ledger.oldest, { media: 4, discontinuities: 0, offset: 100 });
  acknowledge(ledger, entries.slice(-5), (index) => 121 + index);
  const [entry, ...none] = take(ledger);
  assert.deepEqual(none, []);
  assert.deepEqual(entry, {
    kind: 'segment',
    stream: 'cam',
    epoch: 1,
    media: 4,
    gap: false,
    discontinuity: true,
    discontinuities: 1,
    captured: 1_000_000_000,
    timescale: 15_360,
    time: 0,
    duration: 30_720,
    ordinal: 0,
    parts: 10,
    first: 100,
    next: 122,
    sizes: { a: 1000, b: 1000 },
  });
  assert.equal(ledger.oldest?.media, 4, 'it counts until the index is acknowledged');
});

test('Offsets that a broker did not tell', () => {
  const ledger = new SegmentLedger('cam');
  const entries = records(22).map((record) => ledger.handed(record, 100));
  const places = (index: number, entry: LedgerEntry): number => {
    // Of the second segment the first and of the third the last are not known.
    if (entry.media === 5 && index === 11) return -1;
    return entry.media === 4 && index === 10 ? -1 : 50 + index;
  };
  acknowledge(ledger, entries, places);
  const found = take(ledger).map((entry) => entry?.kind === 'segment' && [entry.first, entry.next]);
  assert.deepEqual(found, [
    [50, -1],
    // Earlier than it is, never later.
    [60, 72],
  ]);
});

test('The end of a programme, and of a run that gave inits alone', () => {
  const ledger = new SegmentLedger('cam');
  const [init, part] = records(1);
  if (init === undefined || part === undefined) assert.fail();
  for (const [index, record] of [init, part].entries()) ledger.acknowledged(ledger.handed(record, 5), index);
  const end = { kind: 'end', stream: 'cam', epoch: 1, media: 5, ordinal: 1, discontinuities: 1 } as const;
  ledger.acknowledged(ledger.handed(end, 0), 2);
  ledger.acknowledged(ledger.handed({ ...init, epoch: 2 }, 5), 3);
  ledger.closeAll();
  assert.deepEqual(
    take(ledger).map((entry) => entry?.kind),
    ['segment', 'end', undefined],
  );
});
