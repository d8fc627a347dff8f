/** The size of a one-record batch (record batch v2, KIP-98), as the broker measures it against its limit. */
import type { NewRecord } from '../contract.ts';

const batchOverhead = 61;

/** Bytes of the batch that holds this record alone, uncompressed. */
export function batchSize(record: NewRecord): number {
  const { key, headers = [], value } = record;
  const pieces = value === null ? [] : value instanceof Uint8Array ? [value] : value;
  const valueBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let body = 3 + sized(key == null ? -1 : key.length) + sized(value === null ? -1 : valueBytes);
  body += varint(headers.length);
  for (const [name, bytes] of headers) body += sized(Buffer.byteLength(name)) + sized(bytes.length);
  return batchOverhead + varint(body) + body;
}

function sized(length: number): number {
  return varint(length) + Math.max(0, length);
}

/** Bytes of a zigzag varint. */
function varint(value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let bytes = 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
