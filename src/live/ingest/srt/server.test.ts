import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { MadeSrtSender } from '../../../../test/support/made-srt-sender.ts';
import { NotingDesk } from '../../../../test/support/srt-room.ts';
import { waitFor } from '../../../../test/support/wait.ts';
import { silentLogger } from '../../../log.ts';
import { nameOf } from '../address.ts';
import { ConnectionLimit } from '../connection-limit.ts';
import { handshakeType } from './handshake.ts';
import { reason } from './reasons.ts';
import { SrtServer, type SrtServerOptions } from './server.ts';

/** Containers may have no IPv6; there a second address of IPv4 stands in. */
const hasSix = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

async function started(t: TestContext, options: Partial<SrtServerOptions> = {}) {
  const desk = new NotingDesk();
  const limit = new ConnectionLimit(2, 1, silentLogger);
  const server = await SrtServer.start({
    desk,
    port: 0,
    latency: 20,
    limit,
    logger: silentLogger,
    ...options,
  });
  t.after(() => server.close());
  return { desk, server };
}

function senderTo(t: TestContext, port: number, address: string, streamId: string): MadeSrtSender {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  t.after(() => socket.close());
  const sender = new MadeSrtSender({ streamId, send: (datagram) => socket.send(datagram, port, address) });
  socket.on('message', (datagram) => sender.receive(datagram));
  return sender;
}

async function greet(sender: MadeSrtSender): Promise<number | undefined> {
  sender.ask();
  await waitFor(() => sender.cookie !== 0);
  await sender.conclude();
  await waitFor(() => sender.isAnswered);
  return sender.answer?.type;
}

test('senders come by both kinds of addresses, are counted, and leave', async (t) => {
  const { desk, server } = await started(t);
  const four = senderTo(t, server.port, '127.0.0.1', 'four?key=K');
  const six = senderTo(t, server.port, hasSix ? '::1' : '127.0.0.2', 'six?key=K');
  assert.equal(await greet(four), handshakeType.conclusion);
  assert.equal(await greet(six), handshakeType.conclusion);
  assert.match(desk.asked[0]?.address ?? '', /^127\.0\.0\.1:\d+$/);
  assert.match(desk.asked[1]?.address ?? '', hasSix ? /^\[::1\]:\d+$/ : /^127/);
  const again = senderTo(t, server.port, '127.0.0.1', 'other?key=K');
  assert.equal(await greet(again), 1000 + reason.overload);
  four.data(Buffer.from('one '), true);
  four.data(Buffer.from('two'));
  await waitFor(() => String(desk.seats[0]?.bytes) === 'one two');
  await waitFor(() => four.unacknowledged === 0);
  four.shutDown();
  await waitFor(() => desk.seats[0]?.end === 'finished');
  await server.close();
  await server.close();
  assert.match(String(desk.seats[1]?.end), /closing/);
});

test('one address is listened on where it is named', async (t) => {
  const { server } = await started(t, { host: '127.0.0.1' });
  assert.equal(await greet(senderTo(t, server.port, '127.0.0.1', 'cam?key=K')), handshakeType.conclusion);
});

test('a port that is taken, an address that is not ours, and too much latency are refused in words', async (t) => {
  const { server } = await started(t, { host: '127.0.0.1' });
  const taken = started(t, { host: '127.0.0.1', port: server.port });
  await assert.rejects(taken, {
    name: 'ConfigurationError',
    message: /SRT \(UDP\): .* is in use .*--srt-port/,
  });
  await assert.rejects(started(t, { host: '192.0.2.1' }), { name: 'ConfigurationError' });
  await assert.rejects(started(t, { latency: 60_001 }), { name: 'ConfigurationError', message: /60 s/ });
  await started(t, { latency: 60_000 });
});

test('addresses are written as people write them', () => {
  assert.equal(nameOf({ address: '::FFFF:10.0.0.1', port: 9 }), '10.0.0.1:9');
  assert.equal(nameOf({ address: '2001:db8::ffff:1', port: 9 }), '[2001:db8::ffff:1]:9');
  assert.equal(nameOf({ address: '1::ffff:1.2.3.4', port: 9 }), '[1::ffff:1.2.3.4]:9');
});
