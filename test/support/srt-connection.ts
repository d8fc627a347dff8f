/** One sender's connection without a listener: what it says is written down, and packets are made by hand. */
import assert from 'node:assert/strict';
import {
  Connection,
  type ConnectionSettings,
  type HowItEnded,
} from '../../src/live/ingest/srt/connection.ts';
import { type ControlPacket, decodePacket, type Packet } from '../../src/live/ingest/srt/packet.ts';

export const begun = 1000;
export const first = 10;

export interface Said extends ControlPacket {
  /** Microseconds. */
  readonly time: number;
}

export function made(settings: Partial<ConnectionSettings> = {}) {
  const said: Said[] = [];
  const ends: HowItEnded[] = [];
  const connection = new Connection({
    peerSocket: 77,
    initialSequence: first,
    latency: 100,
    now: begun,
    send: (datagram) => {
      const packet = decodePacket(datagram);
      assert.ok(packet?.kind === 'control');
      said.push({ ...packet, time: datagram.readUInt32BE(8) });
    },
    onEnd: (how) => void ends.push(how),
    ...settings,
  });
  /** What was said since it was asked last, by type. */
  const heard = () => said.splice(0).map(({ type }) => type);
  return { connection, said, heard, ends };
}

export function data(
  sequence: number,
  text: string,
  more: Partial<Extract<Packet, { kind: 'data' }>> = {},
): Packet {
  const payload = Buffer.from(text);
  return { kind: 'data', sequence, key: 'none', isSentAgain: false, destination: 1, payload, ...more };
}

export function told(type: number, more: Partial<ControlPacket> = {}): Packet {
  return { kind: 'control', type, subtype: 0, info: 0, destination: 1, content: Buffer.alloc(0), ...more };
}

export async function allOf(connection: Connection): Promise<string> {
  let text = '';
  for await (const bytes of connection.bytes) text += String(bytes);
  return text;
}
