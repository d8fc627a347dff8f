/**
 * Pictures and sound without compression as a Matroska stream (RFC 9559), each with its own time: what a camera writes for FFmpeg. As
 * little of the format as that takes. Pure.
 */

export interface Movie {
  readonly width: number;
  readonly height: number;
  /** Pictures a second; samples a second of one channel of 16 bits. */
  readonly rate: number;
  readonly sampleRate: number;
}

/** A length in eight bytes. */
function length(bytes: number): Buffer {
  const coded = Buffer.alloc(8);
  coded.writeBigUInt64BE((1n << 56n) | BigInt(bytes));
  return coded;
}

/** Of what ends when the stream does. */
const unknown = Buffer.from('01ffffffffffffff', 'hex');

function element(id: string, ...content: readonly Buffer[]): Buffer {
  const bytes = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(id, 'hex'), length(bytes), ...content]);
}

function whole(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(id, bytes);
}

const text = (id: string, value: string): Buffer => element(id, Buffer.from(value, 'latin1'));

/** What stands before everything else. */
export function movieHeader({ width, height, rate, sampleRate }: Movie): Buffer {
  const frequency = Buffer.alloc(8);
  frequency.writeDoubleBE(sampleRate);
  const picture = element(
    'e0',
    whole('b0', width),
    whole('ba', height),
    element('2eb524', Buffer.from('I420', 'latin1')),
  );
  const sound = element('e1', element('b5', frequency), whole('9f', 1), whole('6264', 16));
  const track = (number: number, type: number, codec: string, ...rest: readonly Buffer[]): Buffer =>
    element('ae', whole('d7', number), whole('73c5', number), whole('83', type), text('86', codec), ...rest);
  return Buffer.concat([
    element('1a45dfa3', text('4282', 'matroska'), whole('4287', 4), whole('4285', 2)),
    Buffer.from('18538067', 'hex'),
    unknown,
    // Times in milliseconds.
    element('1549a966', whole('2ad7b1', 1_000_000), text('4d80', 'camera'), text('5741', 'camera')),
    element(
      '1654ae6b',
      track(1, 1, 'V_UNCOMPRESSED', whole('23e383', Math.round(1e9 / rate)), picture),
      track(2, 2, 'A_PCM/INT/LIT', sound),
    ),
  ]);
}

/** A picture and the sound that goes with it. `time`: milliseconds since the beginning. */
export function movieFrame(time: number, picture: Buffer, sound: Buffer): Buffer {
  return element('1f43b675', whole('e7', Math.round(time)), block(2, sound), block(1, picture));
}

/** All of them begin when their cluster does, and stand by themselves. */
function block(track: number, bytes: Buffer): Buffer {
  return element('a3', Buffer.from([0x80 | track, 0, 0, 0x80]), bytes);
}
