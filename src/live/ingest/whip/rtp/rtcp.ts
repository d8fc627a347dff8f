/** What is said beside the media: reports of senders are read (RFC 3550, 6.4), those of receivers and wishes are written (RFC 4585). Pure. */

/** When a sender's clock and its media were at the same place. */
export interface SenderReport {
  readonly type: 'report';
  readonly ssrc: number;
  /** Milliseconds of the sender's own clock, since 1900. */
  readonly time: number;
  /** The middle 32 bits of that time, as a receiver's report repeats them. */
  readonly shortTime: number;
  readonly timestamp: number;
}

/** A sender says that it has ended. */
export interface Goodbye {
  readonly type: 'goodbye';
  readonly ssrc: number;
}

const types = { sender: 200, receiver: 201, goodbye: 203, transport: 205, payload: 206 } as const;

/** The packets of a compound one that matter here; what is cut off is left out. */
export function parseRtcp(bytes: Buffer): (SenderReport | Goodbye)[] {
  const found: (SenderReport | Goodbye)[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = 4 * (bytes.readUInt16BE(at + 2) + 1);
    const packet = bytes.subarray(at, at + length);
    if (packet.length < length || packet[0]! >> 6 !== 2) return found;
    if (packet[1] === types.sender && length >= 28) {
      const [seconds, fraction] = [packet.readUInt32BE(8), packet.readUInt32BE(12)];
      found.push({
        type: 'report',
        ssrc: packet.readUInt32BE(4),
        time: seconds * 1000 + (fraction / 2 ** 32) * 1000,
        shortTime: packet.readUInt32BE(10),
        timestamp: packet.readUInt32BE(16),
      });
    }
    if (packet[1] === types.goodbye && length >= 8 && (packet[0]! & 0x1f) > 0)
      found.push({ type: 'goodbye', ssrc: packet.readUInt32BE(4) });
    at += length;
  }
  return found;
}

/** Who we are: nobody else is in these sessions. */
const own = 1;

function packet(type: number, count: number, rest: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + rest.length);
  bytes[0] = 0x80 | count;
  bytes[1] = type;
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
  rest.copy(bytes, 4);
  return bytes;
}

/** `format` of a type of feedback, about the media of `ssrc`. RFC 4585, 6.1. `rest`: whole words of 32 bits. */
export function feedback(
  type: 'transport' | 'payload',
  format: number,
  ssrc: number,
  rest: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(own, 0);
  head.writeUInt32BE(ssrc, 4);
  return packet(types[type], format, Buffer.concat([head, rest]));
}

/** "Send a picture that stands by itself." RFC 4585, 6.3.1. */
export function pictureLoss(ssrc: number): Buffer {
  return feedback('payload', 1, ssrc);
}

/** "Send these packets again." `sequences`: in ascending order; their lower 16 bits count. RFC 4585, 6.2.1. */
export function notReceived(ssrc: number, sequences: readonly number[]): Buffer {
  const groups: { readonly first: number; others: number }[] = [];
  for (const sequence of sequences) {
    const group = groups.at(-1);
    const ahead = group === undefined ? 0 : sequence - group.first;
    if (group !== undefined && ahead > 0 && ahead <= 16) group.others |= 1 << (ahead - 1);
    else groups.push({ first: sequence, others: 0 });
  }
  const rest = Buffer.alloc(4 * groups.length);
  groups.forEach(({ first, others }, index) => {
    rest.writeUInt16BE(first & 0xffff, 4 * index);
    rest.writeUInt16BE(others, 4 * index + 2);
  });
  return feedback('transport', 1, ssrc, rest);
}

export interface Reception {
  readonly ssrc: number;
  /** Of the packets since the last report, in 256ths. */
  readonly lostFraction: number;
  readonly lost: number;
  /** As a number that does not begin again. */
  readonly highest: number;
  /** In units of the media's clock. */
  readonly jitter: number;
  /** Of the sender's last report, and how long ago that was, milliseconds. */
  readonly report?: { readonly shortTime: number; readonly age: number };
}

/** How the media of senders arrives. RFC 3550, 6.4.2. */
export function receiverReport(receptions: readonly Reception[]): Buffer {
  const rest = Buffer.alloc(4 + 24 * receptions.length);
  rest.writeUInt32BE(own, 0);
  receptions.forEach(({ ssrc, lostFraction, lost, highest, jitter, report }, index) => {
    const at = 4 + 24 * index;
    rest.writeUInt32BE(ssrc, at);
    rest[at + 4] = Math.min(255, lostFraction);
    rest.writeUIntBE(Math.max(0, Math.min(0x7fffff, lost)), at + 5, 3);
    rest.writeUInt32BE(highest % 2 ** 32, at + 8);
    rest.writeUInt32BE(Math.round(jitter) % 2 ** 32, at + 12);
    rest.writeUInt32BE(report?.shortTime ?? 0, at + 16);
    rest.writeUInt32BE(Math.round(((report?.age ?? 0) * 65_536) / 1000) % 2 ** 32, at + 20);
  });
  return packet(types.receiver, receptions.length, rest);
}
