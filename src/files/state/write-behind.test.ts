import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Appended, Producer } from '../../kafka/contract.ts';
import { WriteBehind } from './write-behind.ts';

/** Records whose appends are settled by hand, oldest first. */
function behindOf() {
  const waiting: PromiseWithResolvers<Appended>[] = [];
  const producer: Producer = {
    append: () => {
      const append = Promise.withResolvers<Appended>();
      waiting.push(append);
      return append.promise;
    },
    prepare: () => {},
    ready: async () => {},
    pendingBytes: 0,
    recordBytes: Number.POSITIVE_INFINITY,
    close: async () => {},
  };
  const failures: unknown[] = [];
  const behind = new WriteBehind('s', 0);
  behind.open(producer, (error) => failures.push(error));
  return { behind, failures, waiting };
}

const record = { key: Buffer.from('a'), value: null };

test('Whoever writes more than is acknowledged has to wait, and goes on when there is room', async () => {
  const { behind, waiting } = behindOf();
  for (let count = 0; count < 9999; count++) void behind.write(record);
  assert.equal(behind.drained(), undefined);
  void behind.write(record);
  const drained = behind.drained();
  assert.ok(drained !== undefined);
  waiting[0]?.resolve({ partition: 0, offset: 0 });
  await drained;
  assert.equal(behind.drained(), undefined);
});

test('The first failure is told at once, by flush too, and holds nobody up', async () => {
  const { behind, failures, waiting } = behindOf();
  const writes = Array.from({ length: 10_001 }, () => behind.write(record));
  const drained = behind.drained();
  waiting[3]?.reject(new Error('first'));
  await drained;
  assert.equal(behind.drained(), undefined);
  for (const append of waiting) append.reject(new Error('later'));
  await assert.rejects(behind.flush(), /first/);
  await Promise.allSettled(writes);
  assert.equal(failures.length, 1);
});
