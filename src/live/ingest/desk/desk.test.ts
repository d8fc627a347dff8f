import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitted, openDesk, why } from '../../../../test/support/desk.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { MediaPipe } from '../rtmp/media-pipe.ts';
import { Holders } from './holders.ts';

test('Who is refused, and why', async () => {
  const { ask, events, desk } = openDesk();
  assert.equal(why(await ask('../cam')), 'invalid');
  assert.equal(why(await ask('cam', 'bad')), 'denied');
  admitted(await ask('cam'));
  assert.equal(why(await ask('cam')), 'busy');
  admitted(await ask('two'));
  assert.equal(why(await ask('three')), 'full');
  await desk.close();
  assert.equal(why(await ask('cam')), 'closing');
  assert.doesNotMatch(JSON.stringify(events), /"(?:good|bad)"/);
  const away = openDesk({ away: () => 'Kafka is away' });
  assert.equal(why(await away.ask('cam')), 'closing');
  const broken = openDesk({ admit: () => Promise.reject(new Error('secret')) });
  assert.equal(why(await broken.ask('cam')), 'closing');
  assert.doesNotMatch(JSON.stringify(broken.events), /secret/);
});

test('Whoever was let in, and finds no place then, has gone too', async () => {
  const left: string[] = [];
  const { ask, desk } = openDesk({ maxStreams: 1, onLeft: ({ stream }) => left.push(stream) });
  assert.equal(why(await ask('cam', 'bad')), 'denied');
  admitted(await ask('cam'));
  assert.equal(why(await ask('cam')), 'busy');
  assert.equal(why(await ask('two')), 'full');
  assert.deepEqual(left, ['cam', 'two']);
  await desk.close();
});

test('A key that stands where the name belongs is told to nobody', async () => {
  const { ask, events } = openDesk({ isKey: (text) => text === 'SECRET' });
  const answers = [await ask('cam?key=SECRET'), await ask('cam&key=SECRET'), await ask('SECRET')];
  assert.deepEqual(answers.map(why), ['invalid', 'invalid', 'invalid']);
  assert.equal(events.length, 3);
  assert.doesNotMatch(JSON.stringify([answers, events]), /SECRET/);
});

test('Who leaves without having sent makes room', async () => {
  const { ask } = openDesk();
  const { seat } = admitted(await ask('cam'));
  seat.leave();
  admitted(await ask('cam'));
});

test('A sender that is lost and comes back goes on with the programme; one that ends, ends it', async () => {
  const { enter, programmes } = openDesk();
  const first = await enter('cam');
  first.pipe.push(Buffer.from('one'));
  first.pipe.end(new Error('cut'));
  await first.sent;
  const second = await enter('cam');
  second.pipe.push(Buffer.from('two'));
  second.pipe.end();
  await second.sent;
  await waitFor(() => programmes[0]?.isOver, { what: 'the end' });
  assert.deepEqual(programmes[0]?.taken, ['one', 'two']);
  const third = await enter('cam');
  third.pipe.end();
  await third.sent;
  assert.equal(programmes.length, 2);
});

test('A sender that is sent away before it sends leaves the stream to others', async () => {
  const { ask, enter, programmes, desk } = openDesk();
  const { seat } = admitted(await ask('cam'));
  desk.review(() => false);
  const pipe = new MediaPipe(1000);
  await seat.send({ container: 'flv', bytes: pipe });
  const next = await enter('cam');
  next.pipe.push(Buffer.from('one'));
  await waitFor(() => programmes[0]?.taken.length === 1, { what: 'the first bytes' });
  next.pipe.end();
  await next.sent;
});

test('Who sends by a key that is taken back goes, and the programme ends', async () => {
  const { enter, programmes, desk } = openDesk();
  const first = await enter('cam');
  desk.review(() => true);
  assert.equal(first.seat.signal.aborted, false);
  desk.review(() => false);
  await first.sent;
  assert.match(String(first.seat.signal.reason), /the key of stream "cam" does not hold any more/);
  await waitFor(() => programmes[0]?.isOver, { what: 'the end' });
});

test('A server that goes ends all programmes, also one that waits for its sender', async () => {
  const { enter, programmes, desk } = openDesk();
  const [one, two] = [await enter('one'), await enter('two')];
  one.pipe.end(new Error('cut'));
  await one.sent;
  await desk.close();
  await two.sent;
  assert.ok(programmes.every(({ isOver }) => isOver));
  assert.match(String(two.seat.signal.reason), /going down/);
});

test('A stream that cannot be published ends its sender, and no other', async () => {
  const { enter, events } = openDesk({
    publish: ({ stream, senders }) => {
      if (stream === 'bad') return Promise.reject(new Error('no right to write'));
      senders.take();
      return new Promise(() => {});
    },
  });
  const good = await enter('good');
  const bad = await enter('bad');
  await bad.sent;
  assert.match(String(bad.seat.signal.reason), /no right to write/);
  assert.equal(good.seat.signal.aborted, false);
  assert.ok(events.some(({ type }) => type === 'stream-failed'));
});

test('Where somebody else publishes the stream, it is busy', async () => {
  const holders = new Holders();
  const claim = {
    stream: 'cam',
    state: 'live',
    epoch: 1,
    owner: 'o',
    host: 'studio-2',
    lasts: 10_000,
  } as const;
  const rest = { partition: 0, began: 1, media: 0, discontinuities: 0, offset: 0, at: 1, written: 1 };
  holders.take('cam', { ...claim, ...rest, targets: { part: 1, segment: 1 } }, performance.now());
  const answer = await openDesk({ holders }).ask('cam');
  assert.ok(!answer.isAdmitted && answer.why === 'busy');
  assert.match(answer.message, /on studio-2/);
  admitted(await openDesk({ holders, second: 'take-over' }).ask('cam'));
});

test('Where pictures are copied, a sender whose picture is made otherwise begins anew, in the same programme', async () => {
  const { enter, programmes, events } = openDesk({ copies: { picture: true, sound: false } });
  const first = await enter('cam');
  first.pipe.push(Buffer.from('old'));
  await waitFor(async () => programmes[0]?.taken.length === 1, { what: 'it is taken' });
  first.seat.changed?.('sound');
  assert.equal(first.seat.signal.aborted, false);
  first.seat.changed?.('picture');
  assert.match(String(first.seat.signal.reason), /the picture of stream "cam" is made otherwise/);
  first.pipe.push(Buffer.from('unreadable'));
  await first.sent;
  const second = await enter('cam');
  second.pipe.push(Buffer.from('new'));
  second.pipe.end();
  await second.sent;
  await waitFor(async () => programmes[0]?.isOver === true, { what: 'the programme is over' });
  assert.deepEqual(
    programmes.map(({ taken }) => taken),
    [['old', 'new']],
  );
  assert.ok(events.some((event) => event.type === 'sender' && event.state === 'dismissed'));
  const encoded = await openDesk().enter('cam');
  encoded.seat.changed?.('picture');
  assert.equal(encoded.seat.signal.aborted, false);
  encoded.pipe.end();
  await encoded.sent;
});
