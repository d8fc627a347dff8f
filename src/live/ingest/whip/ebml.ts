/** The elements that Matroska is made of (RFC 8794): an id, a length, a content. Pure. */

/** `id`: in hexadecimal, as the specification has it. */
export function element(id: string, ...content: readonly Buffer[]): Buffer {
  const bytes = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from(id, 'hex'), length(bytes), ...content]);
}

/** A length in as few bytes as it takes, up to four. */
function length(bytes: number): Buffer {
  const size = [1, 2, 3, 4].find((count) => bytes < 2 ** (7 * count) - 1) ?? 4;
  const coded = Buffer.alloc(size);
  coded.writeUIntBE(2 ** (7 * size) + bytes, 0, size);
  return coded;
}

/** Of what ends when the stream does. */
export const unknownLength: Buffer = Buffer.from('01ffffffffffffff', 'hex');

export function whole(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  const first = bytes.findIndex((byte) => byte !== 0);
  return element(id, bytes.subarray(first === -1 ? 7 : first));
}

export function real(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

export function text(id: string, value: string): Buffer {
  return element(id, Buffer.from(value, 'latin1'));
}
