import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initOf, partOf, partsASegment } from '../../../test/support/live-stream.ts';
import fc from '../../../test/support/properties.ts';
import { type NumberedRecord, Numbering } from './numbering.ts';
import { Spool, type Spooled, type SpooledEpoch } from './spool.ts';

const renditions = ['a', 'b'];
const size = 1000;

function numbered(count: number, epoch: number, media = 0): NumberedRecord[] {
  const numbering = new Numbering({
    stream: 'cam',
    epoch,
    start: { media, discontinuity: media > 0, discontinuities: 0 },
    targets: { part: 200_000, segment: 2_000_000 },
    chunks: 'part',
  });
  const events = [
    ...renditions.map(initOf),
    ...Array.from({ length: count }, (_, index) =>
      renditions.map((name) => partOf(name, index, { bytes: Buffer.alloc(size) })),
    ).flat(),
  ];
  return events.flatMap((event) => ('bytes' in event ? numbering.push(event) : []));
}

const taken = (spool: Spool): Spooled[] => {
  const all: Spooled[] = [];
  for (let item = spool.take(); item !== undefined; item = spool.take()) all.push(item);
  return all;
};

test('Below the bound everything comes out as it went in', () => {
  const epoch: SpooledEpoch = { epoch: 1, renditions };
  const spool = new Spool(1e9);
  const records = numbered(35, 1);
  assert.deepEqual(spool.push(epoch, records), []);
  assert.deepEqual(
    taken(spool).map(({ record }) => record),
    records.map(({ record }) => record),
  );
  assert.equal(spool.bytes, 0);
});

test('What is handed over is never given up, what is not is given up by whole segments, the oldest first', () => {
  const epoch: SpooledEpoch = { epoch: 1, renditions };
  const spool = new Spool(40_000);
  const records = numbered(60, 1);
  spool.push(epoch, records.slice(0, 6));
  const handed = Array.from({ length: 6 }, () => spool.take());
  const lost = records.slice(6).flatMap((record) => spool.push(epoch, [record]));
  assert.deepEqual(
    lost.map(({ media, duration }) => [media, duration]),
    [
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
    ].slice(0, lost.length),
  );
  assert.ok(lost.length >= 3);
  const rest = taken(spool);
  assert.equal(handed.length + rest.filter(({ record }) => record.media === 0).length, 22);
  assert.deepEqual(
    rest.filter(({ record }) => record.kind === 'gap').map(({ record }) => record.media),
    lost.map(({ media }) => media),
  );
});

test('A gap stands behind all of the segment before it, however far a rendition lags', () => {
  const epoch: SpooledEpoch = { epoch: 1, renditions };
  const spool = new Spool(30_000);
  // `b` comes three parts behind `a`.
  const behind = ({ record }: NumberedRecord): number =>
    record.kind === 'part' || record.kind === 'init'
      ? record.ordinal + (record.rendition === 'b' ? 3.5 : 0)
      : 0;
  const records = numbered(40, 1).sort((one, other) => behind(one) - behind(other));
  spool.push(epoch, records.slice(0, 4));
  const out = Array.from({ length: 4 }, () => spool.take());
  const lost = records.slice(4).flatMap((record) => spool.push(epoch, [record]));
  assert.ok(lost.length > 0);
  out.push(...taken(spool));
  const media = out.map((item) => item?.record.media ?? -1);
  const first = media.indexOf(lost[0]?.media ?? -1);
  assert.ok(Math.max(...media.slice(0, first)) < Math.min(...media.slice(first)), media.join(' '));
});

test('However it is filled and emptied, every segment is whole or a gap, and ordinals have no holes', () => {
  const steps = fc.array(fc.record({ push: fc.nat(60), take: fc.nat(40) }), { maxLength: 30 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 200_000 }), (plan, limit) => {
      const epochs: SpooledEpoch[] = [1, 2].map((epoch) => ({ epoch, renditions }));
      const all = [
        ...numbered(73, 1).map((record) => ({ record, epoch: epochs[0] as SpooledEpoch })),
        ...numbered(45, 2, 8).map((record) => ({ record, epoch: epochs[1] as SpooledEpoch })),
      ];
      const spool = new Spool(limit);
      const out: Spooled[] = [];
      let at = 0;
      const push = (count: number): void => {
        for (let left = count; left > 0 && at < all.length; left--, at++) {
          const item = all[at];
          if (item === undefined) return;
          if (item.epoch !== all[at - 1]?.epoch && at > 0) spool.closeEpoch(epochs[0] as SpooledEpoch);
          spool.push(item.epoch, [item.record]);
        }
      };
      for (const step of plan) {
        push(step.push);
        for (let left = step.take; left > 0; left--) {
          const item = spool.take();
          if (item !== undefined) out.push(item);
        }
      }
      push(all.length);
      spool.closeEpoch(epochs[1] as SpooledEpoch);
      out.push(...taken(spool));
      expectWholeOrGap(out);
    }),
    { numRuns: 100 },
  );
});

function expectWholeOrGap(out: readonly Spooled[]): void {
  const segments = Map.groupBy(out, ({ record }) => `${record.epoch} ${record.media}`);
  assert.equal(segments.size, 13);
  const sizes: Record<string, number> = { '1 7': 3, '2 12': 5 };
  for (const [name, items] of segments) {
    const kinds = Object.groupBy(items, ({ record }) => record.kind);
    if (kinds.gap !== undefined) assert.equal(items.length, 1, `${name} is a gap alone`);
    else assert.equal(kinds.part?.length, (sizes[name] ?? partsASegment) * 2, `${name} is whole`);
  }
  const ordinals = new Map<string, number>();
  for (const { record } of out) {
    if (record.kind !== 'part') continue;
    const name = `${record.epoch} ${record.rendition}`;
    assert.equal(record.ordinal, (ordinals.get(name) ?? -1) + 1);
    ordinals.set(name, record.ordinal);
  }
}
