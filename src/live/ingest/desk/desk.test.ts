import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { waitFor } from '../../../../test/support/wait.ts';
import type { Answer, Seat } from '../contract.ts';
import type { IngestEvent } from '../events.ts';
import { MediaPipe } from '../rtmp/media-pipe.ts';
import { type DeskOptions, IngestDesk, type Publishing } from './desk.ts';
import { Holders } from './holders.ts';
import { SenderRun } from './sender-run.ts';

/** A desk before a publisher that takes what is sent and makes nothing of it, as sentSource would. */
function open(more: Partial<DeskOptions> = {}) {
  const events: IngestEvent[] = [];
  const programmes: { readonly stream: string; readonly taken: string[]; isOver: boolean }[] = [];
  const desk = new IngestDesk({
    admit: ({ key }) =>
      key === 'good' ? { isGood: true, opener: 'k' } : { isGood: false, message: 'no such key' },
    away: () => undefined,
    holders: new Holders(),
    second: 'refuse',
    maxStreams: 2,
    silence: 60_000,
    publish: async ({ stream, senders, signal }: Publishing) => {
      const programme = { stream, taken: [] as string[], isOver: false };
      programmes.push(programme);
      for (;;) {
        const sending = senders.take();
        if (sending === undefined) break;
        for await (const slice of sending.bytes.read()) programme.taken.push(String(slice));
        const isLost = sending.bytes.loss !== undefined && !sending.isFinal;
        sending.done();
        if (senders.hasNext && !signal.aborted) continue;
        if (!isLost || signal.aborted || !(await senders.wait(5000, signal))) break;
      }
      programme.isOver = true;
    },
    onEvent: (event) => events.push(event),
    ...more,
  });
  const ask = (stream: string, key = 'good') =>
    desk.ask({ protocol: 'rtmp', stream, key, address: '192.0.2.1:7' });
  const enter = async (stream: string) => {
    const { seat } = admitted(await ask(stream));
    const pipe = new MediaPipe(1000);
    seat.signal.addEventListener('abort', () => pipe.end(seat.signal.reason));
    return { seat, pipe, sent: seat.send({ container: 'flv', bytes: pipe }) };
  };
  return { desk, ask, enter, events, programmes };
}

function admitted(answer: Answer): { readonly seat: Seat } {
  assert.ok(answer.isAdmitted, JSON.stringify(answer));
  return answer;
}

const why = (answer: Answer) => (answer.isAdmitted ? 'admitted' : answer.why);

test('Who is refused, and why', async () => {
  const { ask, events, desk } = open();
  assert.equal(why(await ask('../cam')), 'invalid');
  assert.equal(why(await ask('cam', 'bad')), 'denied');
  admitted(await ask('cam'));
  assert.equal(why(await ask('cam')), 'busy');
  admitted(await ask('two'));
  assert.equal(why(await ask('three')), 'full');
  await desk.close();
  assert.equal(why(await ask('cam')), 'closing');
  assert.doesNotMatch(JSON.stringify(events), /"(?:good|bad)"/);
  const away = open({ away: () => 'Kafka is away' });
  assert.equal(why(await away.ask('cam')), 'closing');
  const broken = open({ admit: () => Promise.reject(new Error('secret')) });
  assert.equal(why(await broken.ask('cam')), 'closing');
  assert.doesNotMatch(JSON.stringify(broken.events), /secret/);
});

test('Whoever was let in, and finds no place then, has gone too', async () => {
  const left: string[] = [];
  const { ask, desk } = open({ maxStreams: 1, onLeft: ({ stream }) => left.push(stream) });
  assert.equal(why(await ask('cam', 'bad')), 'denied');
  admitted(await ask('cam'));
  assert.equal(why(await ask('cam')), 'busy');
  assert.equal(why(await ask('two')), 'full');
  assert.deepEqual(left, ['cam', 'two']);
  await desk.close();
});

test('A key that stands where the name belongs is told to nobody', async () => {
  const { ask, events } = open({ isKey: (text) => text === 'SECRET' });
  const answers = [await ask('cam?key=SECRET'), await ask('cam&key=SECRET'), await ask('SECRET')];
  assert.deepEqual(answers.map(why), ['invalid', 'invalid', 'invalid']);
  assert.equal(events.length, 3);
  assert.doesNotMatch(JSON.stringify([answers, events]), /SECRET/);
});

test('Who leaves without having sent makes room', async () => {
  const { ask } = open();
  const { seat } = admitted(await ask('cam'));
  seat.leave();
  admitted(await ask('cam'));
});

test('A sender that is lost and comes back goes on with the programme; one that ends, ends it', async () => {
  const { enter, programmes } = open();
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

test('A second sender takes over where that is wished, and the first is told', async () => {
  const { enter, programmes } = open({ second: 'take-over' });
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
  const { ask, enter, events, programmes, desk } = open({ second: 'stand-by', maxStreams: 1 });
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
  const { enter, desk } = open({
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
  const { ask, enter, programmes } = open({ second: 'stand-by' });
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

test('A sender that is sent away before it sends leaves the stream to others', async () => {
  const { ask, enter, programmes, desk } = open();
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
  const { enter, programmes, desk } = open();
  const first = await enter('cam');
  desk.review(() => true);
  assert.equal(first.seat.signal.aborted, false);
  desk.review(() => false);
  await first.sent;
  assert.match(String(first.seat.signal.reason), /the key of stream "cam" does not hold any more/);
  await waitFor(() => programmes[0]?.isOver, { what: 'the end' });
});

test('A server that goes ends all programmes, also one that waits for its sender', async () => {
  const { enter, programmes, desk } = open();
  const [one, two] = [await enter('one'), await enter('two')];
  one.pipe.end(new Error('cut'));
  await one.sent;
  await desk.close();
  await two.sent;
  assert.ok(programmes.every(({ isOver }) => isOver));
  assert.match(String(two.seat.signal.reason), /going down/);
});

test('A stream that cannot be published ends its sender, and no other', async () => {
  const { enter, events } = open({
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
  const answer = await open({ holders }).ask('cam');
  assert.ok(!answer.isAdmitted && answer.why === 'busy');
  assert.match(answer.message, /on studio-2/);
  admitted(await open({ holders, second: 'take-over' }).ask('cam'));
});

test('Where pictures are copied, a sender whose picture is made otherwise begins anew, in the same programme', async () => {
  const { enter, programmes, events } = open({ copies: { picture: true, sound: false } });
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
  const encoded = await open().enter('cam');
  encoded.seat.changed?.('picture');
  assert.equal(encoded.seat.signal.aborted, false);
  encoded.pipe.end();
  await encoded.sent;
});
