import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Room } from './room.ts';

test('Those that wait for room get it one after the other, each after the one before has taken some', async () => {
  const room = new Room(100);
  room.add(100);
  let most = 0;
  const callers = Array.from({ length: 10 }, async () => {
    await room.ready();
    room.add(60);
    most = Math.max(most, room.bytes);
  });
  const serve = async () => {
    room.remove(100);
    for (let count = 0; count < 10; count += 1) {
      await turn();
      await turn();
      room.remove(60);
    }
  };
  await Promise.all([serve(), ...callers]);
  assert.ok(most <= 160, `${most} bytes were handed over`);
  assert.equal(room.bytes, 0);
});

test('idle() waits until everything has been taken away', async () => {
  const room = new Room(100);
  await room.idle();
  room.add(5);
  const idle = room.idle();
  room.remove(5);
  await idle;
});

test('An abandoned room keeps nobody waiting', async () => {
  const room = new Room(100);
  room.add(500);
  const waiting = [room.ready(), room.ready()];
  room.abandon();
  await Promise.all(waiting);
  await room.ready();
});
