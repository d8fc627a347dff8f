import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SrtRoom } from '../../../../test/support/srt-room.ts';
import { reason } from './reasons.ts';

const streamId = 'cam?key=K';

test('what comes from port 0 is not answered: nothing can be sent there', async () => {
  const room = new SrtRoom();
  room.sender(0, { streamId }).ask();
  assert.equal(room.said.size, 0);
});

test('who cannot be decided upon is refused, and takes no place', async () => {
  const room = new SrtRoom();
  room.desk.ask = () => Promise.reject(new Error('a fault of ours'));
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  assert.equal(sender.answer?.type, 1000 + reason.down);
  await room.pass(10);
  assert.equal(room.places, 1000);
});
