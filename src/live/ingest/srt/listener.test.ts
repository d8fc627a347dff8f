import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SrtRoom } from '../../../../test/support/srt-room.ts';
import { flowWindow } from './connection.ts';
import { encodeHandshake, handshakeType, hasExtension } from './handshake.ts';
import { decodeCapabilities, encodeText } from './handshake-extensions.ts';
import { control, decodePacket, encodeControl, extension } from './packet.ts';
import { reason } from './reasons.ts';

const streamId = 'cam?key=K';
const refusal = (why: number): number => 1000 + why;

test('a sender is let in, and what it sends comes out', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId, latency: 400 });
  await room.greet(sender);
  assert.equal(sender.answer?.type, handshakeType.conclusion);
  assert.equal(sender.answer.extensionField, hasExtension.request);
  const [response] = sender.answer.extensions;
  assert.equal(response?.type, extension.response);
  const told = decodeCapabilities(response.content);
  assert.deepEqual([told?.receiveLatency, told?.sendLatency], [400, 120]);
  assert.deepEqual(room.desk.asked, [{ protocol: 'srt', stream: 'cam', key: 'K', address: '10.0.0.1:1' }]);
  sender.data(Buffer.from('one '));
  sender.data(Buffer.from('two'));
  await room.pass(20);
  assert.equal(sender.unacknowledged, 0);
  sender.shutDown();
  await room.pass(10);
  const [seat] = room.desk.seats;
  assert.equal(String(seat?.bytes), 'one two');
  assert.equal(seat?.end, 'finished');
});

test('whoever is refused is told why', async () => {
  const rows = [
    [{ streamId: 'cam?key=X' }, reason.forbidden],
    [{ streamId: 'cam' }, reason.unauthorized],
    [{ streamId: '' }, reason.badRequest],
    [{ streamId: '#!::r=cam,s=K,m=request' }, reason.badMode],
    [{ streamId, passphrase: 'a passphrase' }, reason.unsecure],
    [{ streamId, flags: 0x7f }, reason.messages],
    [{ streamId, version: 0x010203 }, reason.version],
    [
      { streamId, extensions: [{ type: extension.filter, content: encodeText('fec,cols:10') }] },
      reason.filter,
    ],
    [{ streamId, extensions: [{ type: extension.group, content: Buffer.alloc(8) }] }, reason.group],
    [
      { streamId, extensions: [{ type: extension.congestionControl, content: encodeText('file') }] },
      reason.congestionControl,
    ],
  ] as const;
  for (const [settings, why] of rows) {
    const room = new SrtRoom();
    const sender = room.sender(1, settings);
    await room.greet(sender);
    assert.equal(sender.answer?.type, refusal(why), JSON.stringify(settings));
    assert.equal(room.desk.seats.length, 0);
  }
});

test('with a passphrase all must have it, and new keys are taken', async () => {
  const passphrase = 'our passphrase';
  const room = new SrtRoom({ passphrase });
  for (const [port, other, why] of [
    [1, undefined, reason.unsecure],
    [2, 'their passphrase', reason.badSecret],
  ] as const) {
    const sender = room.sender(port, { streamId, ...(other === undefined ? {} : { passphrase: other }) });
    await room.greet(sender);
    assert.equal(sender.answer?.type, refusal(why));
  }
  assert.deepEqual(room.desk.asked, []);
  const sender = room.sender(3, { streamId, passphrase });
  await room.greet(sender);
  sender.data(Buffer.from('sealed '));
  await sender.takeNewKeys();
  const isKeyResponse = (datagram: Buffer): boolean => datagram.readUInt32BE(0) === 0xffff0004;
  await room.until(() => room.said.get(3)?.some(isKeyResponse) ?? false);
  sender.data(Buffer.from('anew'));
  sender.shutDown();
  await room.pass(10);
  assert.equal(String(room.desk.seats[0]?.bytes), 'sealed anew');
});

test('beside a passphrase nothing in the clear is taken', async () => {
  const passphrase = 'our passphrase';
  const room = new SrtRoom({ passphrase });
  const sender = room.sender(1, { streamId, passphrase });
  await room.greet(sender);
  sender.data(Buffer.from('sealed'));
  const clear = Buffer.alloc(20, 'x');
  clear.writeUInt32BE(1001, 0);
  clear.writeUInt32BE(0xc0000001, 4);
  clear.writeUInt32BE(sender.peer, 12);
  room.listener.receive(clear, { address: '::ffff:10.0.0.1', port: 1 });
  sender.shutDown();
  await room.pass(10);
  assert.equal(String(room.desk.seats[0]?.bytes), 'sealed');
});

test('a conclusion that is repeated has the same answer, and asks nobody anew', async () => {
  const room = new SrtRoom();
  for (const [port, id] of [
    [1, streamId],
    [2, 'other?key=X'],
  ] as const) {
    const sender = room.sender(port, { streamId: id });
    sender.ask();
    for (let round = 0; round < 5; round++) await sender.conclude();
    await room.until(() => sender.answer !== undefined);
    const { answer } = sender;
    sender.answer = undefined;
    await sender.conclude();
    assert.deepEqual(sender.answer, answer);
  }
  assert.equal(room.desk.asked.length, 2);
});

test('a full window takes what is missing in it', async () => {
  const room = new SrtRoom();
  let isCut = true;
  const isFirst = (datagram: Buffer): boolean => datagram.readUInt32BE(0) === 1000;
  const sender = room.sender(1, { streamId, latency: 4000 }, (datagram) => isCut && isFirst(datagram));
  await room.greet(sender);
  for (let count = 0; count < flowWindow; count++) sender.data(Buffer.from('x'), count === 0);
  isCut = false;
  await room.pass(1000);
  sender.shutDown();
  await room.pass(10);
  assert.equal(room.desk.seats[0]?.bytes.length, flowWindow);
});

test('without the cookie of its address nobody is answered a conclusion', async () => {
  const room = new SrtRoom();
  const [first, second] = [room.sender(1, { streamId }), room.sender(2, { streamId })];
  first.ask();
  await second.conclude(first.cookie);
  await room.pass(50);
  assert.equal(second.answer, undefined);
  assert.equal(room.said.get(2), undefined);
  assert.deepEqual(room.desk.asked, []);
});

test('no answer to a stranger is longer than what it sent, and a flood of them is not answered', () => {
  const room = new SrtRoom();
  const content = encodeHandshake({
    version: 4,
    encryption: 0,
    extensionField: 2,
    initialSequence: 1,
    maximumSegment: 1500,
    flowWindow: 8192,
    type: handshakeType.induction,
    socket: 9,
    cookie: 0,
    peerAddress: Buffer.alloc(16),
    extensions: [],
  });
  const induction = encodeControl({ type: control.handshake, time: 0, destination: 0, content });
  for (let index = 0; index < 5000; index++)
    room.listener.receive(induction, { address: '10.0.0.9', port: 1 });
  const said = room.said.get(1) ?? [];
  assert.equal(said.length, 1000);
  assert.ok(said.every(({ length }) => length <= induction.length));
});

test('an address that asks again and again is told that there are too many', async () => {
  const room = new SrtRoom();
  const answers: (number | undefined)[] = [];
  for (let index = 0; index < 40; index++) {
    const sender = room.sender(1, { streamId: 'cam?key=X', socket: 100 + index });
    await room.greet(sender);
    answers.push(sender.answer?.type);
  }
  assert.deepEqual(new Set(answers.slice(0, 16)), new Set([refusal(reason.forbidden)]));
  assert.deepEqual(new Set(answers.slice(16)), new Set([refusal(reason.overload)]));
  assert.equal(room.desk.asked.length, 16);
  const other = room.sender(3, { streamId: 'other?key=K' });
  await room.greet(other);
  assert.equal(other.answer?.type, handshakeType.conclusion);
  await room.pass(3100);
  const later = room.sender(2, { streamId });
  await room.greet(later);
  assert.equal(later.answer?.type, handshakeType.conclusion);
});

test('two senders behind one address and port are two', async () => {
  const room = new SrtRoom();
  const first = room.sender(1, { streamId: 'a?key=K', socket: 5 });
  await room.greet(first);
  const second = room.sender(1, { streamId: 'b?key=K', socket: 6 });
  await room.greet(second);
  first.data(Buffer.from('A'));
  second.data(Buffer.from('B'));
  await room.pass(10);
  assert.deepEqual(
    room.desk.seats.map(({ bytes }) => String(bytes)),
    ['A', 'B'],
  );
});

test('packets for a sender count only from where it was let in', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  const foreign = encodeControl({ type: control.shutdown, time: 0, destination: sender.peer });
  room.listener.receive(foreign, { address: '::ffff:10.0.0.1', port: 2 });
  room.listener.receive(foreign, { address: '::ffff:10.0.0.2', port: 1 });
  sender.data(Buffer.from('still here'));
  await room.pass(10);
  assert.equal(String(room.desk.seats[0]?.bytes), 'still here');
  assert.equal(room.desk.seats[0]?.end, undefined);
});

test('whom the desk sends away is told, and told again while it goes on', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  room.desk.seats[0]?.dismiss('its key was removed');
  assert.equal(sender.isShutDown, true);
  await room.pass(10);
  assert.match(String(room.desk.seats[0]?.end), /its key was removed/);
  sender.isShutDown = false;
  await room.pass(200);
  sender.data(Buffer.from('more'));
  assert.equal(sender.isShutDown, true);
  const said = room.said.get(1)?.length;
  await room.pass(5000);
  sender.data(Buffer.from('more'));
  assert.equal(room.said.get(1)?.length, said);
});

test('a server that closes sends its senders away', async () => {
  const room = new SrtRoom();
  const sender = room.sender(1, { streamId });
  await room.greet(sender);
  await room.listener.close();
  assert.equal(sender.isShutDown, true);
  assert.match(String(room.desk.seats[0]?.end), /closing/);
  const late = room.sender(2, { streamId: 'other?key=K' });
  late.ask();
  assert.equal(late.cookie, 0);
});

test('a server that closes while one waits for a place lets it go', async () => {
  const room = new SrtRoom();
  const first = room.sender(1, { streamId });
  await room.greet(first);
  const second = room.sender(2, { streamId });
  second.ask();
  await second.conclude();
  await room.listener.close();
  assert.equal(first.isShutDown, true);
  assert.equal(second.answer?.type, refusal(reason.down));
});

test('where there is no room for more connections, a caller is told so, and places are given back', async () => {
  const room = new SrtRoom();
  room.places = 1;
  const first = room.sender(1, { streamId });
  await room.greet(first);
  const second = room.sender(2, { streamId: 'other?key=K' });
  await room.greet(second);
  assert.equal(second.answer?.type, refusal(reason.overload));
  const wrong = room.sender(3, { streamId: 'cam?key=X' });
  first.shutDown();
  await room.greet(wrong);
  await room.pass(10);
  assert.equal(room.places, 1);
});

test('a datagram that is no packet, and a packet of nobody, are passed over', async () => {
  const room = new SrtRoom();
  const from = { address: '10.0.0.9', port: 9 };
  room.listener.receive(Buffer.alloc(3), from);
  room.listener.receive(Buffer.alloc(16), from);
  room.listener.receive(Buffer.alloc(64, 0xff), from);
  room.listener.receive(encodeControl({ type: control.handshake, time: 0, destination: 0 }), from);
  room.listener.receive(encodeControl({ type: control.shutdown, time: 0, destination: 4711 }), from);
  await room.pass(10);
  assert.equal(room.said.size, 0);
  assert.equal(decodePacket(Buffer.alloc(3)), undefined);
});
