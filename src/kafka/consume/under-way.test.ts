import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentBackoff } from '../../../test/support/silent-backoff.ts';
import { Backlog } from './backlog.ts';
import { BatchSizes } from './batch-sizes.ts';
import { newCursor } from './cursor.ts';
import { Stripe, Stripes } from './stripes.ts';
import { AskedAhead, UnderWay } from './under-way.ts';

const roundTrip = 80;
const batchBytes = 1_000_000;

/** A stripe of one batch that is on its way since 0. */
function asked(underWay: UnderWay, stripe = new Stripe({ from: 0, to: 1 })) {
  const backlog = new Backlog(newCursor(0, 0, 100, silentBackoff), new BatchSizes(), () => {});
  const size = { bytes: batchBytes, largest: batchBytes, epoch: 0, isSpoiled: false };
  backlog.sizes.note({ first: 0, next: 1, count: 1, ...size });
  const carrier = { received: 5000, link: undefined };
  const one = new AskedAhead(carrier, backlog, stripe, 0);
  underWay.add(one);
  return { one, come: (bytes: number) => (carrier.received = 5000 + bytes) };
}

test('What crawls is asked for again by whoever would have all of it sooner, and what comes at the same pace is not', () => {
  const underWay = new UnderWay();
  const { come } = asked(underWay);
  const crawling = asked(underWay);
  come(500_000);
  crawling.come(50_000);
  assert.equal(underWay.slowest(250, 2000, roundTrip), crawling.one);
  crawling.come(400_000);
  assert.equal(underWay.slowest(250, 2000, roundTrip), undefined);
});

test('Of several that crawl the one that would be waited for longest is asked for again, and also one of which nothing comes', () => {
  const underWay = new UnderWay();
  for (const bytes of [50_000, 0, 100_000]) asked(underWay).come(bytes);
  const slowest = underWay.slowest(250, 2000, roundTrip);
  assert.equal(slowest?.left(2000, roundTrip), Number.POSITIVE_INFINITY);
});

test('What has only just been asked for, and of which nothing is known of how fast others are, is left alone', () => {
  const underWay = new UnderWay();
  asked(underWay);
  assert.equal(underWay.slowest(250, 900, roundTrip), undefined);
  assert.equal(underWay.slowest(0, 900_000, roundTrip), undefined);
});

test('The same is asked for by three connections at most, and by no more while one of them is fast', () => {
  const underWay = new UnderWay();
  const stripe = new Stripe({ from: 0, to: 1 });
  asked(underWay, stripe).come(10_000);
  assert.notEqual(underWay.slowest(250, 2000, roundTrip), undefined);
  const second = asked(underWay, stripe);
  second.come(900_000);
  assert.equal(underWay.slowest(250, 2000, roundTrip), undefined);
  second.come(10_000);
  assert.notEqual(underWay.slowest(250, 2000, roundTrip), undefined);
  asked(underWay, stripe);
  assert.equal(underWay.slowest(250, 2000, roundTrip), undefined);
});

test('When one has come, the others are asked no more for it', () => {
  const underWay = new UnderWay();
  const stripe = new Stripe({ from: 0, to: 1 });
  const [first, second] = [asked(underWay, stripe), asked(underWay, stripe)];
  const other = asked(underWay);
  underWay.delete(first.one);
  underWay.overtake(stripe);
  assert.deepEqual(
    [first, second, other].map(({ one }) => one.isOvertaken),
    [false, true, false],
  );
  assert.equal(underWay.isAwaited(stripe), false);
  assert.equal(underWay.isAny, true);
});

test('What nobody wants any more is asked for by nobody else, however slowly it comes', () => {
  const underWay = new UnderWay();
  const { one } = asked(underWay);
  assert.equal(underWay.slowest(250, 2000, roundTrip), one);
  new Stripes(() => {}).drop(one.stripe);
  assert.equal(underWay.slowest(250, 2000, roundTrip), undefined);
});

test('How much is awaited in all is known, until it has come', () => {
  const underWay = new UnderWay();
  const [first] = [asked(underWay), asked(underWay)];
  assert.equal(underWay.bytes, 2 * batchBytes);
  underWay.delete(first!.one);
  assert.equal(underWay.bytes, batchBytes);
});
