import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FramePool } from './frame-pool.ts';

test('Memory that is given back is lent again', () => {
  const pool = new FramePool(1_000_000);
  const first = pool.take(100_000);
  const { buffer } = first.bytes;
  first.release();
  assert.equal(pool.take(90_000).bytes.buffer, buffer);
  assert.notEqual(pool.take(90_000).bytes.buffer, buffer);
});

test('Giving back twice lends once', () => {
  const pool = new FramePool(1_000_000);
  const frame = pool.take(100_000);
  frame.release();
  frame.release();
  assert.notEqual(pool.take(100_000).bytes.buffer, pool.take(100_000).bytes.buffer);
});

test('A small frame does not occupy a large buffer', () => {
  const pool = new FramePool(10_000_000);
  const large = pool.take(5_000_000);
  const { buffer } = large.bytes;
  large.release();
  assert.notEqual(pool.take(1000).bytes.buffer, buffer);
});

test('No more is kept than was agreed', () => {
  const pool = new FramePool(300_000);
  const frames = [1, 2, 3].map(() => pool.take(131_072));
  const memory = new Set(frames.map(({ bytes }) => bytes.buffer));
  for (const frame of frames) frame.release();
  const again = [1, 2, 3].map(() => pool.take(131_072).bytes.buffer);
  assert.equal(again.filter((buffer) => memory.has(buffer)).length, 2);
});
