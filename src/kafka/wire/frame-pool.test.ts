import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { type Frame, FramePool, frameCapacity } from './frame-pool.ts';

test('Memory that is given back is lent again, for other sizes too', () => {
  const pool = new FramePool(1_000_000);
  const first = pool.take(100_000);
  const { buffer } = first.bytes;
  first.release();
  assert.ok(pool.take(90_000).bytes.buffer === buffer);
  assert.ok(pool.take(90_000).bytes.buffer !== buffer);
});

test('Giving back twice lends once', () => {
  const pool = new FramePool(1_000_000);
  const frame = pool.take(100_000);
  frame.release();
  frame.release();
  const [one, other] = [pool.take(100_000), pool.take(100_000)];
  assert.ok(one.bytes.buffer !== other.bytes.buffer);
});

test('A small frame does not occupy a large buffer', () => {
  const pool = new FramePool(10_000_000);
  const large = pool.take(5_000_000);
  const { buffer } = large.bytes;
  large.release();
  assert.ok(pool.take(1000).bytes.buffer !== buffer);
});

test('Capacities are few, hold what is asked for, and waste a fifth at the most beyond the smallest', () => {
  const capacities = new Set<number>();
  for (let size = 1; size < 40_000_000; size += 4099) {
    const capacity = frameCapacity(size);
    capacities.add(capacity);
    assert.ok(capacity >= size);
    assert.ok(capacity <= Math.max(65_536, size * 1.25), `${capacity} for ${size}`);
    assert.equal(frameCapacity(capacity), capacity);
  }
  assert.ok(capacities.size < 45);
});

test('Whatever is taken and given back, frames never overlap, and no more is made than the agreed bytes beside the lent ones', () => {
  const keep = 2_000_000;
  const steps = fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 700_000 }), give: fc.nat({ max: 9 }) }),
    { minLength: 50, maxLength: 200 },
  );
  fc.assert(
    fc.property(steps, (history) => {
      const pool = new FramePool(keep);
      const lent: Frame[] = [];
      const live = new Set<ArrayBufferLike>();
      for (const { size, give } of history) {
        const frame = pool.take(size);
        assert.equal(frame.bytes.byteLength, size);
        assert.ok(!lent.some(({ bytes }) => bytes.buffer === frame.bytes.buffer));
        live.add(frame.bytes.buffer);
        lent.push(frame);
        const capacities = lent.map(({ bytes }) => bytes.buffer.byteLength);
        while (lent.length > 0 && capacities.reduce((sum, one) => sum + one, 0) > keep / 2) {
          lent.splice(give % lent.length, 1)[0]!.release();
          capacities.length = 0;
          capacities.push(...lent.map(({ bytes }) => bytes.buffer.byteLength));
        }
      }
      const before = live.size;
      for (const frame of lent) frame.release();
      const again = [...Array(before).keys()].map(() => pool.take(60_000).bytes.buffer);
      const kept = again.filter((buffer) => live.has(buffer)).reduce((sum, one) => sum + one.byteLength, 0);
      assert.ok(kept <= keep, `${kept} bytes were kept`);
    }),
    { numRuns: 30 },
  );
});

test('No more is kept than was agreed', () => {
  const pool = new FramePool(300_000);
  const frames = [1, 2, 3].map(() => pool.take(131_072));
  const memory = new Set(frames.map(({ bytes }) => bytes.buffer));
  for (const frame of frames) frame.release();
  const again = [1, 2, 3].map(() => pool.take(131_072).bytes.buffer);
  assert.equal(again.filter((buffer) => memory.has(buffer)).length, 2);
});
