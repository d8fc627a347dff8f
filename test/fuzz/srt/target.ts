/** SRT's listener beside strangers, callers and senders that mean harm: a healthy sender is received whole, and nobody gets more than it sent. */
import { handshakeType } from '../../../src/live/ingest/srt/handshake.ts';
import { decodePacket } from '../../../src/live/ingest/srt/packet.ts';
import { SrtRoom } from '../../support/srt-room.ts';
import { mostMemory, type Target } from '../target.ts';
import { type HostileDatagram, hostileDatagram } from './datagrams.ts';

const datagrams = 400;
const [healthyPort, hostilePort, strangersPort] = [1, 2, 3];

/** What is planted, to see that the judge can fail. */
export interface Planted {
  /** What the listener hears in the place of a datagram. */
  readonly heard?: (datagram: Buffer) => Buffer;
  /** What it says in the place of one. */
  readonly said?: (datagram: Buffer) => Buffer;
}

export async function openSrt({
  heard = (it) => it,
  said = (it) => it,
}: Planted = {}): Promise<Target<HostileDatagram>> {
  return {
    name: 'srt',
    unit: 'datagrams',
    short: 4000,
    limit: 30_000,
    memory: mostMemory,
    make: (random) => Array.from({ length: datagrams }, () => hostileDatagram(random)),
    count: (items) => items.length,
    async judge(items) {
      const room = new SrtRoom();
      const receive = room.listener.receive.bind(room.listener);
      room.listener.receive = (datagram, remote) => receive(heard(datagram), remote);
      const healthy = room.sender(healthyPort, { streamId: 'healthy?key=K', socket: 5 });
      await room.greet(healthy);
      const faults: string[] = [];
      let expected = '';
      for (const [index, item] of items.entries()) {
        const fault = await send(room, item, said);
        if (fault !== undefined) faults.push(`datagram ${index}: ${fault}`);
        if (index % 10 > 0) continue;
        expected += `${index} `;
        healthy.data(Buffer.from(`${index} `));
        await room.pass(10);
      }
      await room.pass(20);
      if (healthy.unacknowledged > 0)
        faults.push(`${healthy.unacknowledged} packets of the healthy sender are not acknowledged`);
      healthy.shutDown();
      await room.pass(10);
      const seat = room.desk.seats.find(({ caller }) => caller.stream === 'healthy');
      if (String(seat?.bytes) !== expected) faults.push('the healthy sender was not received whole');
      if (seat?.end !== 'finished') faults.push(`the healthy sender ended otherwise: ${String(seat?.end)}`);
      await room.listener.close();
      return faults;
    },
    close: async () => {},
  };
}

async function send(
  room: SrtRoom,
  { from, bytes }: HostileDatagram,
  said: (datagram: Buffer) => Buffer,
): Promise<string | undefined> {
  if (from === 'stranger') return sendAsStranger(room, bytes, said);
  if (from === 'caller') return sendAsCaller(room, bytes);
  return sendAsSender(room, bytes);
}

function sendAsStranger(
  room: SrtRoom,
  bytes: Buffer,
  said: (datagram: Buffer) => Buffer,
): string | undefined {
  room.said.delete(strangersPort);
  room.listener.receive(bytes, { address: '10.0.0.3', port: strangersPort });
  const answers = (room.said.get(strangersPort) ?? []).map(said);
  const length = answers.reduce((sum, answer) => sum + answer.length, 0);
  return length > bytes.length ? `a stranger got ${length} bytes for ${bytes.length}` : undefined;
}

/** With the cookie of its address, which is the same for all. */
async function sendAsCaller(room: SrtRoom, bytes: Buffer): Promise<undefined> {
  const sender = room.sender(strangersPort, { streamId: '' });
  sender.ask();
  const datagram = Buffer.from(bytes);
  if (datagram.length >= 48) datagram.writeUInt32BE(sender.cookie, 44);
  room.listener.receive(datagram, { address: '::ffff:10.0.0.1', port: strangersPort });
  await room.pass(10);
}

/** As one that was let in; where it was sent away it comes anew. */
async function sendAsSender(room: SrtRoom, bytes: Buffer): Promise<undefined> {
  let hostile = room.senderAt(hostilePort);
  const isThere =
    hostile?.answer?.type === handshakeType.conclusion && !hostile.isShutDown && !hostile.hasSaidGoodbye;
  if (hostile === undefined || !isThere) {
    hostile = room.sender(hostilePort, {
      streamId: `h${room.desk.seats.length}?key=K`,
      socket: 1000 + room.desk.seats.length,
    });
    await room.greet(hostile);
  }
  const datagram = Buffer.from(bytes);
  if (datagram.length >= 16) datagram.writeUInt32BE(hostile.peer, 12);
  const packet = decodePacket(datagram);
  if (packet?.kind === 'data' && packet.sequence < 64) datagram.writeUInt32BE(1000 + packet.sequence, 0);
  if (packet?.kind === 'control' && packet.type === 5) hostile.hasSaidGoodbye = true;
  room.listener.receive(datagram, { address: '::ffff:10.0.0.1', port: hostilePort });
}
