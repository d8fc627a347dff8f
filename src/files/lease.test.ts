import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryCluster } from '../kafka/memory.ts';
import type { Lease } from '../records/state-record.ts';
import { holdLease } from './lease.ts';
import { type StandingLease, UploadState } from './upload-state.ts';

/** A state topic, and whatever stands there as the lease. */
async function stateOf() {
  const kafka = createMemoryCluster().client();
  await kafka.createTopic({ name: 's', partitions: 1, replicationFactor: 1 });
  const fresh = (): UploadState => new UploadState({ kafka, topic: 's', partitions: 1, uploader: 'shop' });
  const standing = async (): Promise<StandingLease | undefined> => {
    const state = fresh();
    await state.load();
    return state.lease;
  };
  const state = fresh();
  state.writeWith(kafka.producer());
  return { state, standing };
}

const other: Lease = { topic: 't', owner: 'other', host: 'elsewhere', pid: 1, lasts: 30_000 };

test('A lease is renewed while it is held, and given back', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, standing } = await stateOf();
  const lost = t.mock.fn();
  const lease = await holdLease({ uploader: 'shop', topicId: 't', state, standing, lost });
  const first = await standing();
  assert.equal(first?.pid, process.pid);
  t.mock.timers.tick(10_000);
  await state.flush();
  assert.equal((await standing())?.owner, first.owner);
  await lease.release();
  assert.equal(await standing(), undefined);
  assert.equal(lost.mock.callCount(), 0);
});

test('Who was stopped for longer than the lease lasts, and has been succeeded, is told and writes nothing more', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, standing } = await stateOf();
  const lost = Promise.withResolvers<Error>();
  const lease = await holdLease({ uploader: 'shop', topicId: 't', state, standing, lost: lost.resolve });
  await state.writeLease(other);
  const now = performance.now();
  t.mock.method(performance, 'now', () => now + 31_000);
  t.mock.timers.tick(10_000);
  assert.match((await lost.promise).message, /"shop" is running on elsewhere \(process 1\)/);
  await lease.release();
  assert.equal((await standing())?.owner, 'other', 'the successor’s lease was given back');
});

test('Who was stopped for long, and has not been succeeded, goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, standing } = await stateOf();
  const lost = t.mock.fn();
  const lease = await holdLease({ uploader: 'shop', topicId: 't', state, standing, lost });
  const now = performance.now();
  t.mock.method(performance, 'now', () => now + 31_000);
  t.mock.timers.tick(10_000);
  await state.flush();
  assert.equal(lost.mock.callCount(), 0);
  await lease.release();
});
