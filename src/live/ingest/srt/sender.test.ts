import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../../../test/support/properties.ts';
import { SrtRoom } from '../../../../test/support/srt-room.ts';
import { handshakeType } from './handshake.ts';
import { reason } from './reasons.ts';

const streamId = 'cam?key=K';
const conflict = 1000 + reason.conflict;

test('what is lost on its way is asked for and comes, whatever is lost', async () => {
  const loss = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
  const first = fc.constantFrom(1, 0x7ffffff0);
  await fc.assert(
    fc.asyncProperty(first, loss, async (initialSequence, loss) => {
      const room = new SrtRoom();
      const sender = room.sender(1, { streamId, initialSequence });
      await room.greet(sender);
      for (const [index, isLost] of loss.entries()) {
        sender.data(Buffer.from(`${index} `), isLost);
        if (index % 5 === 0) await room.pass(10);
      }
      // What nothing comes behind is not missed.
      sender.data(Buffer.from('end'));
      await room.pass(20);
      const all = loss.map((_, index) => `${index} `).join('');
      assert.equal(String(room.desk.seats[0]?.bytes), `${all}end`);
      assert.equal(sender.unacknowledged, 0);
    }),
    { numRuns: 20 },
  );
});

test('what never comes is passed over when its time is over', async () => {
  const room = new SrtRoom({ latency: 200 });
  let isCut = false;
  const sender = room.sender(1, { streamId }, () => isCut);
  await room.greet(sender);
  sender.data(Buffer.from('before '));
  isCut = true;
  sender.data(Buffer.from('lost '));
  isCut = false;
  sender.drop(1001, 1001);
  sender.data(Buffer.from('behind '));
  await room.pass(10);
  assert.equal(String(room.desk.seats[0]?.bytes), 'before behind ');
  isCut = true;
  sender.data(Buffer.from('lost '));
  isCut = false;
  const deaf = sender.receive;
  sender.receive = () => {};
  sender.data(Buffer.from('later'));
  await room.pass(190);
  assert.equal(String(room.desk.seats[0]?.bytes), 'before behind ');
  await room.pass(20);
  assert.equal(String(room.desk.seats[0]?.bytes), 'before behind later');
  sender.receive = deaf;
});

test('a sender that falls silent is lost after five seconds, and one that says little is not', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  sender.data(Buffer.from('x'));
  for (let second = 0; second < 20; second++) {
    await room.pass(1000);
    sender.keepAlive();
  }
  await room.pass(4990);
  assert.equal(room.desk.seats[0]?.end, undefined);
  await room.pass(20);
  assert.match(String(room.desk.seats[0]?.end), /not heard for 5 s/);
  assert.equal(String(room.desk.seats[0]?.bytes), 'x');
});

test('while nobody could listen nobody was silent, and nothing came too late', async () => {
  const room = new SrtRoom({ latency: 200 });
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  sender.data(Buffer.from('before '));
  await room.pass(10);
  // The process stood still: what came meanwhile is read behind the timers that are due.
  room.now += 60_000;
  room.listener.tick();
  sender.data(Buffer.from('held '), true);
  sender.data(Buffer.from('up'));
  await room.pass(20);
  const [seat] = room.desk.seats;
  assert.equal(seat?.end, undefined);
  assert.equal(String(seat?.bytes), 'before held up');
  await room.pass(5200);
  assert.match(String(seat?.end), /not heard for 5 s/);
});

test('one that was killed and comes back takes its own place', async () => {
  const room = new SrtRoom();
  const killed = room.sender(1, { streamId });
  await room.greet(killed);
  killed.data(Buffer.from('before'));
  await room.pass(100);
  const back = room.sender(2, { streamId });
  back.ask();
  await back.conclude();
  await room.pass(1000);
  assert.ok(!back.isAnswered);
  await room.pass(300);
  await room.until(() => back.isAnswered);
  assert.equal(back.answer?.type, handshakeType.conclusion);
  const [first, second] = room.desk.seats;
  assert.match(String(first?.end), /came back/);
  assert.equal(String(first?.bytes), 'before');
  back.data(Buffer.from('behind'));
  await room.pass(10);
  assert.equal(String(second?.bytes), 'behind');
  killed.data(Buffer.from('from the grave'));
  assert.equal(killed.isShutDown, true);
  assert.equal(String(second?.bytes), 'behind');
});

test('one that is heard keeps its place, and so does any from those with another key', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  const second = room.sender(2, { streamId });
  second.ask();
  await second.conclude();
  await room.pass(1200);
  sender.keepAlive();
  await room.pass(10);
  await room.until(() => second.answer !== undefined);
  assert.equal(second.answer?.type, conflict);
  await room.pass(4000);
  const stranger = room.sender(3, { streamId: 'cam?key=X' });
  await room.greet(stranger);
  assert.equal(stranger.answer?.type, 1000 + reason.forbidden);
  assert.equal(room.desk.seats[0]?.end, undefined);
});

test('a reader that takes its time is waited for, and bounds what is held', async () => {
  const room = new SrtRoom();
  let go = (): void => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let taken = 0;
  room.desk.ask = async () => ({
    isAdmitted: true,
    seat: {
      signal: new AbortController().signal,
      leave: () => {},
      send: async ({ bytes }) => {
        await gate;
        for await (const chunk of bytes) taken += chunk.length;
      },
    },
  });
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  const payload = Buffer.alloc(1316);
  for (let index = 0; index < 8000; index++) {
    sender.data(payload);
    if (index % 100 === 0) await room.pass(10);
  }
  assert.ok(sender.unacknowledged > 1000, `${sender.unacknowledged} of 8000 packets were turned away`);
  go();
  await room.pass(10);
  assert.ok(taken > 7 * 1024 * 1024 && taken < 9 * 1024 * 1024, `${taken} bytes were held`);
  sender.data(payload);
  await room.pass(3000);
  assert.equal(sender.unacknowledged, 0);
  assert.equal(taken, 8001 * 1316);
});
