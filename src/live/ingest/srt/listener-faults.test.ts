import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SrtRoom } from '../../../../test/support/srt-room.ts';
import { handshakeType } from './handshake.ts';
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

test('who asks again while it is decided upon hears nothing until then', async () => {
  const room = new SrtRoom();
  const gate = Promise.withResolvers<void>();
  const ask = room.desk.ask.bind(room.desk);
  room.desk.ask = async (caller) => {
    await gate.promise;
    return ask(caller);
  };
  const sender = room.sender(1, { streamId });
  sender.ask();
  for (let round = 0; round < 5; round += 1) await sender.conclude();
  await room.pass(50);
  assert.equal(room.said.get(1)?.length, 1);
  gate.resolve();
  await room.until(() => sender.answer !== undefined);
  assert.equal(sender.answer?.type, handshakeType.conclusion);
});

test('whom the desk sends away at once does not keep out those who come behind', async () => {
  const room = new SrtRoom();
  const { desk } = room;
  const ask = desk.ask.bind(desk);
  desk.ask = async (caller) => {
    const answer = await ask(caller);
    desk.seats.at(-1)?.dismiss('its key was removed');
    return answer;
  };
  for (let socket = 1; socket <= 40; socket++) {
    const sender = room.sender(1, { streamId, socket });
    await room.greet(sender);
    assert.equal(sender.answer?.type, handshakeType.conclusion, `sender ${socket}`);
    await room.pass(10);
  }
  assert.equal(room.places, 1000);
});

test('what comes before the first tick of a process that stood still is not dated ahead', async () => {
  const room = new SrtRoom({ latency: 200 });
  let isCut = false;
  const sender = room.sender(1, { streamId }, () => isCut);
  await room.greet(sender);
  sender.data(Buffer.from('before '));
  await room.pass(10);
  room.now += 60_000;
  isCut = true;
  sender.data(Buffer.from('lost '));
  isCut = false;
  // It cannot send it again either.
  sender.receive = () => {};
  sender.data(Buffer.from('behind'));
  await room.pass(190);
  const [seat] = room.desk.seats;
  assert.equal(String(seat?.bytes), 'before ');
  await room.pass(20);
  assert.equal(String(seat?.bytes), 'before behind');
  await room.pass(4700);
  assert.equal(seat?.end, undefined);
  await room.pass(200);
  assert.match(String(seat?.end), /not heard for 5 s/);
});
