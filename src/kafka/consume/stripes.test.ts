import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import { type Piece, type Stripe, Stripes } from './stripes.ts';

const end = 200;

/** What may happen to stripes, in any order; `which`: of those that are on their way. */
const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), most: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    do: fc.constant('come' as const),
    which: fc.nat({ max: 9 }),
    offsets: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ do: fc.constantFrom('cut' as const, 'drop' as const), which: fc.nat({ max: 9 }) }),
  fc.record({ do: fc.constant('fetch' as const), offsets: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constantFrom('drop the farthest' as const, 'drop at the position' as const) }),
);

test('Whatever order stripes come in, what is taken goes on at the position, and every piece is taken or given back once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const held = new Set<Piece>();
      const giveBack = (piece: Piece): void => assert.ok(held.delete(piece), 'given back once');
      const stripes = new Stripes(giveBack);
      const onTheirWay: Stripe[] = [];
      let position = 0;
      const follow = (): void => {
        for (let piece = stripes.take(position); piece; piece = stripes.take(position)) {
          assert.ok(piece.from <= position && piece.to > position);
          giveBack(piece);
          position = piece.to;
        }
      };
      for (const one of steps) {
        const stripe = 'which' in one ? onTheirWay[one.which % onTheirWay.length] : undefined;
        if (one.do === 'begin') {
          const range = stripes.gap(position, end, one.most);
          if (range === undefined) continue;
          assert.ok(range.from >= position && range.from < range.to && range.to <= end);
          assert.ok(range.to - range.from <= one.most);
          for (let offset = range.from; offset < range.to; offset += 1) assert.ok(!stripes.covers(offset));
          onTheirWay.push(stripes.add(range));
        }
        if (one.do === 'come' && stripe !== undefined && !stripe.isWhole) {
          const to = stripe.next + one.offsets;
          const fetched = {} as FetchedPartition;
          const frame = { bytes: Buffer.alloc(0), release: () => {} };
          const piece = { from: stripe.next, to, frame, fetched, held: 1 };
          held.add(piece);
          stripes.came(stripe, piece);
          follow();
        }
        if (one.do === 'cut' && stripe !== undefined && !stripe.isDropped) stripes.cut(stripe);
        if (one.do === 'drop' && stripe !== undefined) stripes.drop(stripe);
        if (one.do === 'drop the farthest') stripes.dropFarthest();
        if (one.do === 'drop at the position') {
          stripes.dropAt(position);
          assert.ok(!stripes.covers(position));
        }
        if (one.do === 'fetch' && !stripes.covers(position)) {
          position = Math.min(end, position + one.offsets);
          follow();
        }
      }
      stripes.clear();
      assert.ok(stripes.isEmpty);
      assert.equal(held.size, 0, 'all is given back');
    }),
    { numRuns: 1000, seed: 15 },
  );
});

test('What somebody fetches is begun by nobody else, and a hole before it first', () => {
  const stripes = new Stripes(() => {});
  const first = stripes.add({ from: 10, to: 20 });
  stripes.add({ from: 30, to: 40 });
  assert.deepEqual(stripes.gap(0, 100, 50), { from: 0, to: 10 });
  assert.deepEqual(stripes.gap(12, 100, 50), { from: 20, to: 30 });
  assert.deepEqual(stripes.gap(30, 45, 50), { from: 40, to: 45 });
  assert.equal(stripes.gap(30, 40, 50), undefined);
  stripes.drop(first);
  assert.deepEqual(stripes.gap(10, 100, 4), { from: 10, to: 14 });
});
