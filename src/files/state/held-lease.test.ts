import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createMemoryCluster } from '../../kafka/memory.ts';
import type { Lease } from '../../records/state-record.ts';
import { HeldLease, type HeldLeaseOptions } from './held-lease.ts';
import { UploadState } from './upload-state.ts';

/** A state topic, as an uploader of `shop` sees it. */
async function stateOf() {
  const kafka = createMemoryCluster().client();
  await kafka.createTopic({ name: 's', partitions: 1, replicationFactor: 1 });
  const state = new UploadState({ kafka, topic: 's', partitions: 1, uploader: 'shop' });
  state.behind.open(kafka.producer(), () => {});
  const lost = Promise.withResolvers<Error>();
  const options: HeldLeaseOptions = {
    uploader: 'shop',
    topicId: 't',
    leases: (from) => state.leasesFrom(from),
    write: (lease) => state.writeLease(lease),
    lost: (error) => lost.resolve(error as Error),
  };
  const standing = async () => (await state.leasesFrom(0)).at(-1) ?? undefined;
  const owners = async () => (await state.leasesFrom(0)).map((lease) => lease?.owner);
  return { state, options, standing, owners, lost: lost.promise };
}

const other: Lease = { topic: 't', owner: 'other', host: 'elsewhere', pid: 1, lasts: 30_000 };

/** Stops this process for longer than a lease lasts, as it seems by one of its clocks. */
function stopped(t: TestContext, clock: 'steady' | 'wall'): void {
  const now = clock === 'steady' ? performance.now() : Date.now();
  if (clock === 'steady') t.mock.method(performance, 'now', () => now + 31_000);
  else t.mock.method(Date, 'now', () => now + 31_000);
}

/** A steady clock that stands until the test moves it on, by milliseconds. */
function movedClock(t: TestContext): { move(by: number): void } {
  let now = performance.now();
  t.mock.method(performance, 'now', () => now);
  return {
    move: (by) => {
      now += by;
    },
  };
}

test('A lease is renewed while it is held, and given back', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options, standing, owners } = await stateOf();
  const lease = await HeldLease.take(options, 0);
  const first = await standing();
  assert.equal(first?.pid, process.pid);
  t.mock.timers.tick(10_000);
  await state.behind.flush();
  assert.deepEqual(await owners(), [first.owner, first.owner]);
  assert.equal(lease.confirm(), undefined);
  await lease.release();
  assert.equal(await standing(), undefined);
});

test('Who was stopped for longer than the lease lasts, and has been succeeded, is told and writes nothing more', async (t) => {
  for (const clock of ['steady', 'wall'] as const) {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { state, options, standing, lost } = await stateOf();
    const lease = await HeldLease.take(options, 0);
    await state.writeLease(other);
    stopped(t, clock);
    t.mock.timers.tick(10_000);
    assert.match((await lost).message, /"shop" is running on elsewhere \(process 1\)/);
    await assert.rejects(lease.confirm()!, /is running on elsewhere/);
    await lease.release();
    assert.equal((await standing())?.owner, 'other', 'the successor’s lease was given back');
    t.mock.reset();
  }
});

test('Who was stopped looks before it writes on, without waiting for its next renewal', async (t) => {
  for (const clock of ['steady', 'wall'] as const) {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { state, options, owners } = await stateOf();
    const lease = await HeldLease.take(options, 0);
    state.behind.guardWith(() => lease.confirm());
    await state.writeLease(other);
    stopped(t, clock);
    await assert.rejects(state.behind.confirmed() ?? Promise.resolve(), /is running on elsewhere/);
    assert.equal((await owners()).length, 2);
    t.mock.reset();
  }
});

test('Who was stopped for long, and has not been succeeded, goes on in the order of its calls', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { options, owners } = await stateOf();
  const lease = await HeldLease.take(options, 0);
  stopped(t, 'steady');
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (call) => {
    await lease.confirm();
    order.push(call);
  });
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
  assert.equal(lease.confirm(), undefined);
  assert.equal((await owners()).length, 2);
  await lease.release();
});

test('A renewal that was held up until somebody had taken over gives the name back to them', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options, standing, lost } = await stateOf();
  let cutOff = false;
  const write = async (lease: Lease | null): Promise<number> => {
    if (cutOff && lease?.owner !== 'other') {
      await state.writeLease(other);
      stopped(t, 'steady');
    }
    return state.writeLease(lease);
  };
  await HeldLease.take({ ...options, write }, 0);
  cutOff = true;
  t.mock.timers.tick(10_000);
  assert.match((await lost).message, /is running on elsewhere/);
  assert.equal((await standing())?.owner, 'other');
});

test('A renewal that was sent in time, and acknowledged when the lease had ended, is looked behind', async (t) => {
  const clock = movedClock(t);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options, standing, lost } = await stateOf();
  let cutOff = false;
  const write = async (lease: Lease | null): Promise<number> => {
    if (!cutOff || lease?.owner === 'other') return state.writeLease(lease);
    clock.move(25_000);
    await state.writeLease(other);
    return state.writeLease(lease);
  };
  const lease = await HeldLease.take({ ...options, write }, 0);
  clock.move(10_000);
  cutOff = true;
  t.mock.timers.tick(10_000);
  assert.match((await lost).message, /is running on elsewhere/);
  await assert.rejects(lease.confirm()!, /is running on elsewhere/);
  assert.equal((await standing())?.owner, 'other');
});

test('Nothing is written before the last look of an overdue renewal is through', async (t) => {
  const clock = movedClock(t);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { options } = await stateOf();
  const [looking, mayLook] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let looks = 0;
  const leases: HeldLeaseOptions['leases'] = async (from) => {
    if (++looks === 2) {
      looking.resolve();
      await mayLook.promise;
    }
    return options.leases(from);
  };
  const lease = await HeldLease.take({ ...options, leases }, 0);
  clock.move(31_000);
  const order: string[] = [];
  const first = lease.confirm()?.then(() => order.push('first'));
  await looking.promise;
  const second = lease.confirm()?.then(() => order.push('second'));
  assert.ok(second !== undefined, 'a write would overtake the one that waits');
  mayLook.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first', 'second']);
  assert.equal(lease.confirm(), undefined);
  await lease.release();
});

test('A look that lasted longer than the lease is followed by another', async (t) => {
  const clock = movedClock(t);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options } = await stateOf();
  let looks = 0;
  const leases: HeldLeaseOptions['leases'] = async (from) => {
    const found = await options.leases(from);
    if (++looks === 2) {
      clock.move(31_000);
      await state.writeLease(other);
    }
    return found;
  };
  const lease = await HeldLease.take({ ...options, leases }, 0);
  clock.move(31_000);
  await assert.rejects(lease.confirm()!, /is running on elsewhere/);
});

test('Who cannot look whether somebody came gives nothing back', async (t) => {
  const clock = movedClock(t);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options, standing } = await stateOf();
  let isAway = false;
  const leases: HeldLeaseOptions['leases'] = (from) =>
    isAway ? Promise.reject(new Error('no broker answers')) : options.leases(from);
  const lease = await HeldLease.take({ ...options, leases }, 0);
  await state.writeLease(other);
  clock.move(31_000);
  isAway = true;
  await lease.release();
  assert.equal((await standing())?.owner, 'other');
});

test('Of two that take a free name at once the first has it, and its lease stands', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options, standing } = await stateOf();
  await state.writeLease(other);
  await assert.rejects(HeldLease.take(options, 0), /is running on elsewhere/);
  assert.equal((await standing())?.owner, 'other');
  await state.writeLease(null);
  const lease = await HeldLease.take(options, 0);
  await lease.release();
});

test('Who stands right behind what was read need not look whether somebody came between, and all others do', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { state, options } = await stateOf();
  let looks = 0;
  const leases: HeldLeaseOptions['leases'] = (from) => {
    looks++;
    return options.leases(from);
  };
  const first = await HeldLease.take({ ...options, leases }, 0);
  assert.equal(looks, 0);
  await first.release();
  // A record of somebody else, which is no lease of this name, is reason enough.
  await state.behind.append({ key: Buffer.from('other'), value: null });
  const second = await HeldLease.take({ ...options, leases }, 2);
  assert.equal(looks, 1);
  await second.release();
  const write: HeldLeaseOptions['write'] = (lease) => state.writeLease(lease).then(() => -1);
  const third = await HeldLease.take({ ...options, leases, write }, 5);
  assert.equal(looks, 2, 'the place of its record was not told, and is looked for');
  await third.release();
});

test('A lease that cannot be renewed is told', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { options, lost, state } = await stateOf();
  let refused = false;
  const write = async (lease: Lease | null): Promise<number> => {
    if (refused) throw new Error('no right to write');
    return state.writeLease(lease);
  };
  await HeldLease.take({ ...options, write }, 0);
  refused = true;
  t.mock.timers.tick(10_000);
  assert.match((await lost).message, /no right to write/);
});
