import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PendingBytes } from './pending-bytes.ts';

test('Those that wait for capacity get it one after the other, each after the one before has taken some', async () => {
  const pending = new PendingBytes(100);
  pending.add(100);
  let most = 0;
  const callers = Array.from({ length: 10 }, async () => {
    await pending.ready();
    pending.add(60);
    most = Math.max(most, pending.bytes);
  });
  const serve = async () => {
    pending.remove(100);
    for (let count = 0; count < 10; count += 1) {
      await turn();
      await turn();
      pending.remove(60);
    }
  };
  await Promise.all([serve(), ...callers]);
  assert.ok(most <= 160, `${most} bytes were handed over`);
  assert.equal(pending.bytes, 0);
});

test('idle() waits until everything has been taken away', async () => {
  const pending = new PendingBytes(100);
  await pending.idle();
  pending.add(5);
  const idle = pending.idle();
  pending.remove(5);
  await idle;
});

test('What is abandoned keeps nobody waiting', async () => {
  const pending = new PendingBytes(100);
  pending.add(500);
  const waiting = [pending.ready(), pending.ready()];
  pending.abandon();
  await Promise.all(waiting);
  await pending.ready();
});

test('Whoever waits is told in the order of coming, and nobody before it is so', async () => {
  const pending = new PendingBytes(100);
  const told: string[] = [];
  const note = (promise: Promise<void>, name: string): void => void promise.then(() => told.push(name));
  note(pending.ready(), 'has capacity');
  note(pending.idle(), 'is idle');
  await turn();
  assert.deepEqual(told.splice(0), ['has capacity', 'is idle']);
  pending.add(150);
  for (const name of ['first', 'second']) {
    note(pending.ready(), `${name} for capacity`);
    note(pending.idle(), `${name} for nothing`);
  }
  pending.remove(50);
  await turn();
  assert.deepEqual(told, [], 'as much as the limit is too much');
  pending.remove(1);
  await turn();
  await turn();
  assert.deepEqual(told.splice(0), ['first for capacity', 'second for capacity']);
  pending.remove(98);
  await turn();
  assert.deepEqual(told, []);
  pending.remove(1);
  await turn();
  assert.deepEqual(told, ['first for nothing', 'second for nothing']);
});

test('From half of the limit on, much is held', () => {
  const pending = new PendingBytes(100);
  pending.add(49);
  assert.equal(pending.isHalfFull, false);
  pending.add(1);
  assert.equal(pending.isHalfFull, true);
});
