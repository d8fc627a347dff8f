/** Datagrams that nobody should send: nearly right ones, for what is wrong all over is refused at the first look. */
import {
  encodeHandshake,
  type HandshakeExtension,
  handshakeType,
} from '../../../src/live/ingest/srt/handshake.ts';
import { encodeCapabilities, encodeText } from '../../../src/live/ingest/srt/handshake-extensions.ts';
import { encodeKeyMessage } from '../../../src/live/ingest/srt/key-message.ts';
import { encodeControl } from '../../../src/live/ingest/srt/packet.ts';
import type { Random } from '../random.ts';

/** A datagram, and who sends it: somebody without a cookie, a caller with one, or a sender that was let in. */
export interface HostileDatagram {
  readonly from: 'stranger' | 'caller' | 'sender';
  readonly bytes: Buffer;
}

const odd = [
  0,
  1,
  2,
  5,
  75,
  76,
  1499,
  1500,
  8191,
  8192,
  8193,
  65_535,
  65_536,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const ids = [
  'cam?key=K',
  'other?key=K',
  'cam?key=X',
  '#!::r=cam,s=K,m=publish',
  '#!::',
  '',
  'publish:cam:K',
  '\0',
  'x'.repeat(512),
];

export function hostileDatagram(random: Random): HostileDatagram {
  const from = random.pick(['stranger', 'caller', 'sender', 'sender', 'sender'] as const);
  const bytes = from === 'sender' ? packet(random) : handshake(random, from === 'caller');
  return { from, bytes: random.chance(0.2) ? spoilt(random, bytes) : bytes };
}

function handshake(random: Random, isConclusion: boolean): Buffer {
  const extensions = isConclusion ? Array.from({ length: random.small(6) }, () => anyExtension(random)) : [];
  if (isConclusion && random.chance(0.8)) extensions.unshift(capabilities(random));
  const content = encodeHandshake({
    version: isConclusion ? random.pick([4, 5, 5, 5, 6]) : 4,
    encryption: random.below(6),
    extensionField: random.below(8),
    initialSequence: random.pick(odd) & 0x7fffffff,
    maximumSegment: random.chance(0.8) ? 1500 : random.pick(odd),
    flowWindow: random.pick(odd),
    type: isConclusion ? handshakeType.conclusion : random.pick([1, 1, 0, 0xfffffffe, 1002]),
    socket: random.pick([...odd, 3, 4, 6, 7]),
    cookie: 0,
    peerAddress: random.bytes(16),
    extensions,
  });
  return encodeControl({ type: 0, time: random.word(), destination: 0, content });
}

function capabilities(random: Random): HandshakeExtension {
  const flags = random.chance(0.8) ? 0x3f : random.word();
  const latency = random.pick([0, 120, 65_535]);
  const content = encodeCapabilities({
    version: 0x010500,
    flags,
    receiveLatency: latency,
    sendLatency: latency,
  });
  return { type: 1, content };
}

function anyExtension(random: Random): HandshakeExtension {
  if (random.chance(0.6)) return { type: 5, content: encodeText(random.pick(ids)) };
  if (random.chance(0.4)) return { type: 3, content: keys(random) };
  return { type: random.below(12), content: random.bytes(random.small(20) * 4) };
}

function keys(random: Random): Buffer {
  const keyLength = random.pick([16, 24, 32, 20, 0]);
  const [which, cipher] = [random.pick(['even', 'odd', 'both'] as const), random.pick([2, 2, 2, 4, 0])];
  const wrapped = random.bytes(keyLength * (which === 'both' ? 2 : 1) + random.pick([8, 8, 8, 4, 16]));
  return encodeKeyMessage({ keys: which, cipher, salt: random.bytes(16), keyLength, wrapped });
}

/** Destination and, in data, the place behind what came before are put in by the judge. */
function packet(random: Random): Buffer {
  if (random.chance(0.4)) {
    const data = Buffer.concat([Buffer.alloc(16), random.bytes(random.small(1456))]);
    data.writeUInt32BE(random.chance(0.8) ? random.small(40) : random.pick(odd) & 0x7fffffff, 0);
    data.writeUInt32BE((0xc0000001 | (random.chance(0.1) ? random.word() : 0)) >>> 0, 4);
    return data;
  }
  const type = random.pick([0, 1, 2, 3, 4, 6, 7, 7, 8, 9, 0x7fff, 0x7fff]);
  const subtype = type === 0x7fff ? random.below(9) : random.pick([0, 0, 1]);
  const content = random.chance(0.3) ? keys(random) : words(random);
  return encodeControl({
    type,
    subtype,
    info: random.pick(odd),
    time: random.word(),
    destination: 0,
    content,
  });
}

function words(random: Random): Buffer {
  const content = Buffer.alloc(random.small(30) * 4);
  for (let at = 0; at < content.length; at += 4)
    content.writeUInt32BE(random.chance(0.5) ? random.pick(odd) : random.word(), at);
  return content;
}

/** Cut, made longer, or with a byte that is another one. */
function spoilt(random: Random, bytes: Buffer): Buffer {
  if (random.chance(0.3)) return bytes.subarray(0, random.below(bytes.length + 1));
  if (random.chance(0.2)) return Buffer.concat([bytes, random.bytes(random.small(40))]);
  const other = Buffer.from(bytes);
  if (other.length > 0) other[random.below(other.length)] = random.below(256);
  return other;
}
