/** Strangers at a port of UDP, from many addresses: noise, halves of handshakes, forged cookies, and whole ones that are refused. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeControl } from '../../src/live/ingest/srt/packet.ts';
import { MadeSrtSender } from '../support/made-srt-sender.ts';
import type { Random } from '../support/random.ts';

export interface DatagramsOptions {
  /** `whip`: what STUN and DTLS say, in the place of SRT's handshakes. */
  readonly kind: 'srt' | 'whip';
  readonly port: number;
  readonly count: number;
  readonly random: Random;
  /** Datagrams sent at once, and milliseconds until the next: what no buffer holds would be lost on its way, and meet nobody. */
  readonly atOnce: number;
  readonly pause: number;
}

export interface DatagramsAccount {
  readonly sent: Readonly<Record<string, number>>;
  readonly answers: number;
  /** Handshakes that came to their end. */
  readonly refused: number;
}

type Give = (source: Source, name: string, datagram: Buffer) => void;

/** Addresses, each with a socket: what comes from one port is one stranger for SRT. */
const sources = 64;

interface Source {
  readonly socket: Socket;
  sender: MadeSrtSender | undefined;
}

export async function datagrams({
  kind,
  port,
  count,
  random,
  atOnce,
  pause,
}: DatagramsOptions): Promise<DatagramsAccount> {
  const sent: Record<string, number> = {};
  let answers = 0;
  let refused = 0;
  const all = await Promise.all(
    Array.from({ length: sources }, async (_, index): Promise<Source> => {
      const socket = createSocket('udp4');
      socket.bind(0, `127.20.${index}.1`);
      await once(socket, 'listening');
      const source: Source = { socket, sender: undefined };
      socket.on('error', () => {});
      socket.on('message', (datagram) => {
        answers += 1;
        const { sender } = source;
        if (sender === undefined) return;
        const before = sender.isAnswered;
        sender.receive(datagram);
        if (!before && sender.isAnswered) refused += 1;
        else if (sender.cookie !== 0 && !sender.isAnswered) void sender.conclude();
      });
      return source;
    }),
  );
  const give: Give = ({ socket }, name, datagram) => {
    sent[name] = (sent[name] ?? 0) + 1;
    socket.send(datagram, port, '127.0.0.1');
  };
  for (let index = 0; index < count; index += 1) {
    const source = random.pick(all);
    if (kind === 'whip') give(source, ...webrtc(random));
    else srt(source, random, give);
    if (index % atOnce === 0) await delay(pause);
  }
  await delay(500);
  for (const { socket } of all) socket.close();
  return { sent, answers, refused };
}

function noise(random: Random, most: number): Buffer {
  const bytes = Buffer.alloc(random.between(0, most));
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = random.below(256);
  return bytes;
}

/** What is sent at once; a whole handshake goes on with what is answered. */
function srt(source: Source, random: Random, give: Give): void {
  const kind = random.weighted({ noise: 20, control: 20, data: 10, ask: 30, forged: 15, whole: 5 });
  if (kind === 'noise') give(source, kind, noise(random, 1400));
  else if (kind === 'control') give(source, kind, controlOf(random));
  else if (kind === 'data') give(source, kind, dataOf(random));
  else {
    const sender = new MadeSrtSender({
      streamId: `s${random.below(9)}?key=wrong`,
      socket: random.between(1, 2 ** 30),
      send: (datagram) => give(source, kind, datagram),
    });
    if (kind === 'whole') source.sender = sender;
    if (kind === 'forged') void sender.conclude(random.below(2 ** 32));
    else sender.ask();
  }
}

function controlOf(random: Random): Buffer {
  const destination = random.chance(0.5) ? 0 : random.below(2 ** 30);
  return encodeControl({ type: random.below(9), time: 0, destination, content: noise(random, 90) });
}

function dataOf(random: Random): Buffer {
  const datagram = Buffer.concat([Buffer.alloc(16), noise(random, 1316)]);
  datagram.writeUInt32BE(random.below(2 ** 31), 0);
  datagram.writeUInt32BE(random.below(2 ** 30), 12);
  return datagram;
}

function webrtc(random: Random): [name: string, datagram: Buffer] {
  const kind = random.weighted({ noise: 3, stun: 4, dtls: 2, rtp: 2 });
  switch (kind) {
    case 'noise':
      return [kind, noise(random, 1400)];
    case 'stun': {
      // A binding request with the user name of a session that there is not.
      const name = Buffer.from(`${random.below(1e9)}:abcd`.padEnd(12, 'x'));
      const head = Buffer.alloc(20);
      head.writeUInt16BE(1, 0);
      head.writeUInt16BE(4 + name.length, 2);
      head.writeUInt32BE(0x2112a442, 4);
      head.writeUInt32BE(random.below(2 ** 32), 8);
      return [kind, Buffer.concat([head, Buffer.from([0, 6, 0, name.length]), name])];
    }
    case 'dtls':
      return [kind, Buffer.concat([Buffer.from('16feff0000000000000000', 'hex'), noise(random, 300)])];
    case 'rtp':
      return [kind, Buffer.concat([Buffer.from([0x80, 96]), noise(random, 1200)])];
  }
}
