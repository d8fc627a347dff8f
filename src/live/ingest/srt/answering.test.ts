/** How a listener answers strangers and those that it let in: where to, when, how often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SrtRoom } from '../../../../test/support/srt-room.ts';
import { type Logger, silentLogger } from '../../../log.ts';
import type { SenderMedia } from '../contract.ts';
import { decodeHandshake, handshakeType, magic } from './handshake.ts';
import { decodeCapabilities } from './handshake-extensions.ts';
import { control, decodePacket, encodeControl } from './packet.ts';
import { reason } from './reasons.ts';

const streamId = 'cam?key=K';

function noted() {
  const lines: [level: string, facts: object, message: string][] = [];
  const at = (level: string) => (facts: object, message: string) => void lines.push([level, facts, message]);
  const logger = Object.assign(Object.create(silentLogger) as Logger, {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
  });
  return { lines, logger };
}

test('an answer goes to the socket that asked, with the time since the server began', async () => {
  for (const [passphrase, advice] of [
    [undefined, 0],
    ['our passphrase', 4],
  ] as const) {
    const room = new SrtRoom(passphrase === undefined ? {} : { passphrase });
    await room.pass(1230);
    room.sender(4, { streamId, socket: 0x1234 }).ask();
    const [datagram = Buffer.alloc(16), ...others] = room.said.get(4) ?? [];
    assert.deepEqual(others, []);
    const packet = decodePacket(datagram);
    assert.ok(packet?.kind === 'control');
    assert.deepEqual([packet.type, packet.destination], [control.handshake, 0x1234]);
    assert.equal(datagram.readUInt32BE(8), 1_230_000);
    const answer = decodeHandshake(packet.content);
    assert.deepEqual(
      [answer?.version, answer?.type, answer?.extensionField, answer?.encryption],
      [5, handshakeType.induction, magic, advice],
    );
  }
});

test('of each second a thousand are answered', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  for (let index = 0; index < 1001; index++) sender.ask();
  assert.equal(room.said.get(1)?.length, 1000);
  await room.pass(990);
  sender.ask();
  assert.equal(room.said.get(1)?.length, 1000);
  await room.pass(10);
  sender.ask();
  assert.equal(room.said.get(1)?.length, 1001);
});

test('who wants more time for what is lost than we give has it, who wants less has ours', async () => {
  for (const [own, wanted, given] of [
    [250, 120, 250],
    [250, 400, 400],
  ] as const) {
    const room = new SrtRoom({ latency: own });
    const sender = room.sender(1, { streamId, latency: wanted });
    await room.greet(sender);
    const content = sender.answer?.extensions[0]?.content ?? Buffer.alloc(0);
    assert.equal(decodeCapabilities(content)?.receiveLatency, given);
  }
});

test('a handshake that is neither of the two kinds, or no word of greeting, is not answered', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  const before = room.said.get(1)?.length;
  const from = { address: '::ffff:10.0.0.1', port: 1 };
  // Not of somebody who was let in, though of the same address.
  const content = Buffer.alloc(48);
  content.writeUInt32BE(5, 0);
  content.writeUInt32BE(handshakeType.induction, 20);
  for (const type of [control.shutdown, control.keepAlive, control.acknowledgeAgain])
    room.listener.receive(encodeControl({ type, time: 0, destination: 0, content }), from);
  // With its cookie.
  content.writeUInt32BE(2, 20);
  content.writeUInt32BE(sender.cookie, 28);
  room.listener.receive(encodeControl({ type: control.handshake, time: 0, destination: 0, content }), from);
  room.listener.receive(Buffer.alloc(16), from);
  assert.equal(room.said.get(1)?.length, before);
  assert.equal(room.desk.seats[0]?.end, undefined);
});

test('what becomes of a sender stands in the log, with its figures', async () => {
  const { lines, logger } = noted();
  const room = new SrtRoom({ logger });
  const sender = room.sender(1, { streamId, latency: 300 });
  await room.greet(sender);
  sender.data(Buffer.from('media'));
  await room.pass(10);
  sender.shutDown();
  await room.pass(10);
  const facts = { stream: 'cam', address: '10.0.0.1:1' };
  const roundTrip = Reflect.get(lines[1]?.[1] ?? {}, 'roundTrip');
  const figures = { bytes: 5, packets: 1, lost: 0, sentAgain: 0, unreadable: 0, roundTrip };
  assert.deepEqual(lines, [
    ['debug', { ...facts, latency: 300, isEncrypted: false }, 'an SRT sender of cam has come'],
    ['info', { ...facts, ...figures }, 'the SRT sender of cam ended'],
  ]);
  const lost = room.sender(2, { streamId });
  await room.greet(lost);
  await room.pass(5100);
  const dismissed = room.sender(3, { streamId });
  await room.greet(dismissed);
  room.desk.seats.at(-1)?.dismiss('its key was removed');
  assert.deepEqual(
    lines.filter(([level]) => level === 'info').map(([, , message]) => message),
    ['ended', 'was lost', 'was sent away'].map((how) => `the SRT sender of cam ${how}`),
  );
});

test('a refusal stands in the log once, and not where the desk has told it', async () => {
  const { lines, logger } = noted();
  const room = new SrtRoom({ logger });
  await room.greet(room.sender(1, { streamId: 'cam?key=X' }));
  assert.deepEqual(lines, []);
  await room.greet(room.sender(2, { streamId: 'cam' }));
  assert.deepEqual(lines, [
    [
      ...['warn', { address: '10.0.0.1:2', reason: reason.unauthorized }],
      'an SRT sender was refused: the stream id has no key',
    ],
  ]);
});

test('a fault of the desk is told in the log, and its caller may ask again a little later', async () => {
  const { lines, logger } = noted();
  const room = new SrtRoom({ logger });
  const ask = room.desk.ask.bind(room.desk);
  room.desk.ask = () => Promise.reject(new Error('a fault of ours'));
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  assert.deepEqual(lines[0], [
    'error',
    { error: 'a fault of ours' },
    'an SRT sender could not be decided upon',
  ]);
  room.desk.ask = ask;
  sender.answer = undefined;
  await room.pass(2990);
  await sender.conclude();
  assert.equal(Reflect.get(Object(sender.answer), 'type'), 1000 + reason.down, 'the same answer');
  await room.pass(10);
  sender.answer = undefined;
  await sender.conclude();
  await room.until(() => sender.answer !== undefined);
  assert.equal(Reflect.get(Object(sender.answer), 'type'), handshakeType.conclusion);
});

test('whoever goes on sending behind an end is told so five times a second, for three seconds', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  sender.shutDown();
  const said = () => room.said.get(1)?.length ?? 0;
  let before = said();
  const told: number[] = [];
  for (let now = 0; now < 4000; now += 10) {
    sender.keepAlive();
    if (said() > before) told.push(now);
    before = said();
    await room.pass(10);
  }
  assert.deepEqual(
    told,
    Array.from({ length: 15 }, (_, index) => index * 200),
  );
});

test('the desk has what comes as MPEG-TS; where it lets go of a sender, that one is sent away, and the log says why', async () => {
  const { lines, logger } = noted();
  const room = new SrtRoom({ logger });
  const given: string[] = [];
  let fail = (_: Error): void => {};
  room.desk.ask = async () => ({
    isAdmitted: true,
    seat: {
      signal: new AbortController().signal,
      leave: () => {},
      send: ({ container }) => {
        given.push(container);
        return new Promise((_, reject) => {
          fail = reject;
        });
      },
    },
  });
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  assert.deepEqual(given, ['mpegts']);
  await room.pass(20);
  assert.equal(sender.isShutDown, false);
  lines.length = 0;
  fail(new Error('no room on the disk'));
  await room.pass(10);
  assert.equal(sender.isShutDown, true);
  assert.deepEqual(lines[0], ['debug', { error: 'no room on the disk' }, 'the desk let go of a sender']);
  assert.equal(lines[1]?.[2], 'the SRT sender of cam was sent away');
  assert.equal(room.places, 1000);
});

test('whom the desk sends away twice goes once', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  const [seat] = room.desk.seats;
  seat?.dismiss('first');
  seat?.dismiss('second');
  await room.pass(10);
  assert.match(String(seat?.end), /first/);
  assert.equal(room.places, 1000);
});

test('of a pause of the process 200 ms are taken for time', async () => {
  for (const [pause, passed] of [
    [200, 200],
    [201, 200],
    [90_000, 200],
  ] as const) {
    const room = new SrtRoom();
    room.now += pause;
    room.sender(1, { streamId }).ask();
    assert.equal(room.said.get(1)?.[0]?.readUInt32BE(8), passed * 1000);
  }
});

/** A desk that lets go of each sender when it is told to. */
function slow(room: SrtRoom) {
  const asked: string[] = [];
  const gate = Promise.withResolvers<void>();
  room.desk.ask = async ({ address }) => {
    asked.push(address);
    const send = async ({ bytes }: SenderMedia) => {
      for await (const _ of bytes);
      await gate.promise;
    };
    return {
      isAdmitted: true,
      seat: {
        signal: new AbortController().signal,
        leave: () => {},
        send: (media) => send(media).catch(() => gate.promise),
      },
    };
  };
  return { asked, letGo: gate.resolve };
}

test('who takes the place of one that fell silent does so after 1.3 s, once the desk has let go of that one', async () => {
  const { lines, logger } = noted();
  const room = new SrtRoom({ logger });
  const { asked, letGo } = slow(room);
  const killed = room.sender(1, { streamId });
  await room.greet(killed);
  // It answers the first acknowledgement.
  await room.pass(10);
  killed.keepAlive();
  const back = room.sender(2, { streamId });
  back.ask();
  await back.conclude();
  await room.pass(1290);
  assert.equal(killed.isShutDown, false);
  await room.pass(10);
  assert.equal(killed.isShutDown, true);
  assert.equal(lines.at(-1)?.[2], 'the SRT sender of cam was lost');
  await room.pass(100);
  assert.deepEqual(asked, ['10.0.0.1:1']);
  letGo();
  await room.until(() => back.answer !== undefined);
  assert.deepEqual(asked, ['10.0.0.1:1', '10.0.0.1:2']);
});

test('a server that closes is closed when the desk has let go of all', async () => {
  const room = new SrtRoom();
  const { letGo } = slow(room);
  await room.greet(room.sender(1, { streamId }));
  let isClosed = false;
  const closed = room.listener.close().then(() => {
    isClosed = true;
  });
  await room.pass(100);
  assert.equal(isClosed, false);
  letGo();
  await closed;
});
