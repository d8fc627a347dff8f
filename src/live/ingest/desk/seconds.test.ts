import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { admitted, openDesk } from '../../../../test/support/desk.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { MediaPipe } from '../rtmp/media-pipe.ts';
import { SenderRun } from './sender-run.ts';

test('A second sender takes over where that is wished, and the first is told', async () => {
  const { enter, programmes } = openDesk({ second: 'take-over' });
  const first = await enter('cam');
  first.pipe.push(Buffer.from('one'));
  await waitFor(() => programmes[0]?.taken.length === 1, { what: 'the first bytes' });
  const second = await enter('cam');
  await first.sent;
  assert.match(String(first.seat.signal.reason), /another sender has taken over stream "cam"/);
  second.pipe.push(Buffer.from('two'));
  second.pipe.end();
  await second.sent;
  assert.deepEqual(
    programmes.map(({ taken }) => taken),
    [['one', 'two']],
  );
});

test('A second stands by, and goes on when the first is lost, stops, or may not send any more; a third is refused', async () => {
  const { ask, enter, events, programmes, desk } = openDesk({ second: 'stand-by', maxStreams: 1 });
  const tookOver = () =>
    events.filter((event) => event.type === 'sender' && event.state === 'took-over').length;
  const sent = async (text: string) => waitFor(() => programmes[0]?.taken.at(-1) === text, { what: text });
  const first = await enter('cam');
  first.pipe.push(Buffer.from('one'));
  await sent('one');
  const second = await enter('cam');
  assert.deepEqual([first.seat.standsBy, second.seat.standsBy], [false, true]);
  second.pipe.push(Buffer.from('two'));
  const third = await ask('cam');
  assert.ok(!third.isAdmitted && third.why === 'busy');
  assert.match(third.message, /stream "cam" is being sent already, and has a stand-by/);

  first.pipe.end(new Error('cut'));
  await first.sent;
  await sent('two');
  assert.deepEqual([tookOver(), second.seat.standsBy], [1, false]);
  const back = await enter('cam');
  back.pipe.push(Buffer.from('three'));
  second.pipe.end();
  await second.sent;
  await sent('three');
  const heir = await enter('cam');
  assert.equal(heir.seat.standsBy, true);
  heir.pipe.push(Buffer.from('four'));
  desk.review((_, stream) => stream !== 'cam');
  await Promise.all([back.sent, heir.sent]);
  await waitFor(() => programmes[0]?.isOver, { what: 'the end' });
  assert.deepEqual([programmes.length, programmes[0]?.taken], [1, ['one', 'two', 'three']]);
  assert.equal(tookOver(), 2);
});

test('A server that goes waits for the encoders of those who stood by, too', async () => {
  const gone = Promise.withResolvers<void>();
  const { enter, desk } = openDesk({
    second: 'stand-by',
    publish: async ({ senders, signal }) => {
      senders.onStandBy = (sending) => {
        sending.run = new SenderRun({
          events: async function* () {
            yield* [];
            await gone.promise;
          },
          ...{ lead: 'main', part: 200, segment: 1000, most: 500, onAirUntil: () => undefined },
          ...{ onNote: () => {}, onEnded: () => {} },
        });
      };
      const sending = senders.take();
      await once(signal, 'abort');
      sending?.done();
    },
  });
  const first = await enter('cam');
  const second = await enter('cam');
  let isClosed = false;
  const closed = desk.close().then(() => {
    isClosed = true;
  });
  await Promise.all([first.sent, second.sent]);
  await setImmediate();
  assert.equal(isClosed, false);
  gone.resolve();
  await closed;
});

test('A stand-by that was let in first is on the air first', async () => {
  const { ask, enter, programmes } = openDesk({ second: 'stand-by' });
  const { seat } = admitted(await ask('cam'));
  const second = await enter('cam');
  assert.equal(second.seat.standsBy, false);
  second.pipe.push(Buffer.from('two'));
  await waitFor(() => programmes[0]?.taken.length === 1, { what: 'what the second sends' });
  assert.equal(seat.standsBy, true);
  const pipe = new MediaPipe(1000);
  const over = seat.send({ container: 'flv', bytes: pipe });
  pipe.push(Buffer.from('one'));
  second.pipe.end();
  await waitFor(() => programmes[0]?.taken.length === 2, { what: 'what the first sends' });
  pipe.end();
  await over;
});
