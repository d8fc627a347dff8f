import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../test/support/properties.ts';
import { OpenLimit } from './open-limit.ts';

const upload = (pieces = 1) => ({ pieces });

test('The one whose newest record is the oldest is one too many', () => {
  const limit = new OpenLimit(2);
  const [a, b, c] = [upload(), upload(), upload()];
  assert.deepEqual([...limit.touch(a), ...limit.touch(b), ...limit.touch(a)], []);
  assert.deepEqual(limit.touch(c), [b]);
  limit.end(a);
  assert.deepEqual(limit.touch(b), []);
});

test('An upload in many pieces counts as several, and one in very many is itself too much', () => {
  const limit = new OpenLimit(100);
  const others = Array.from({ length: 96 }, () => upload());
  for (const other of others) assert.deepEqual(limit.touch(other), []);
  const scattered = { pieces: 1 };
  assert.deepEqual(limit.touch(scattered), []);
  scattered.pieces = 5 * 16;
  assert.deepEqual(limit.touch(scattered), others.slice(0, 2));
  scattered.pieces = 50 * 16;
  assert.deepEqual(limit.touch(scattered), [scattered]);
  assert.deepEqual(limit.touch(upload()), [], 'it counts no longer');
});

test('A small limit is one of uploads: one may lie in as many pieces as its uploader has on their way', () => {
  const limit = new OpenLimit(2);
  const [a, b, c] = [upload(300), upload(300), upload(300)];
  assert.deepEqual([...limit.touch(a), ...limit.touch(b)], []);
  assert.deepEqual(limit.touch(c), [a]);
});

test('Whatever comes, no more than the limit is counted, and what is not open is not set aside', () => {
  const step = fc.record({ which: fc.nat(30), pieces: fc.nat(200), ends: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 200 }), (most, steps) => {
      const limit = new OpenLimit<{ pieces: number }>(most);
      const all = Array.from({ length: 31 }, () => ({ pieces: 0 }));
      const open = new Set<object>();
      for (const { which, pieces, ends } of steps) {
        const one = all[which]!;
        one.pieces = pieces;
        if (ends) {
          limit.end(one);
          open.delete(one);
          continue;
        }
        open.add(one);
        for (const out of limit.touch(one)) assert.ok(open.delete(out), 'it was open');
        assert.ok(open.size <= most);
      }
    }),
  );
});
