/**
 * The size on the wire of a record batch, format version 2 (Kafka documentation, "Message Format"). The limit that a
 * topic sets by `max.message.bytes` holds for the whole batch, so these sizes are exact to the byte.
 */
import type { NewRecord } from './contract.ts';

/** Bytes of a batch before its first record. */
export const batchHeaderBytes = 61;

/** A record without its value: all that decides how large the value may be. */
export type RecordFrame = Omit<NewRecord, 'value'>;

/** Bytes of a non-negative number as a zigzag varint; numbers up to 2^31-1. */
export function varintSize(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x100000) return 3;
  return value < 0x8000000 ? 4 : 5;
}

/** Bytes of the value, whether it comes whole or in pieces; a tombstone has none. */
export function valueBytes(value: NewRecord['value']): number {
  if (value === null) return 0;
  if (value instanceof Uint8Array) return value.byteLength;
  let bytes = 0;
  for (const piece of value) bytes += piece.byteLength;
  return bytes;
}

/** Bytes of a record's key and headers, their lengths and the number of headers included. */
function frameBytes(record: RecordFrame): number {
  const key = record.key ?? null;
  const headers = record.headers ?? [];
  let bytes = key === null ? 1 : varintSize(key.byteLength) + key.byteLength;
  bytes += varintSize(headers.length);
  for (const [name, value] of headers) {
    const nameBytes = Buffer.byteLength(name);
    bytes += varintSize(nameBytes) + nameBytes + varintSize(value.byteLength) + value.byteLength;
  }
  return bytes;
}

/**
 * Bytes of a record's body, which its own length precedes: attributes, timestamp and offset deltas, key, value,
 * headers. `offsetDelta` is the record's index in its batch; all records of our batches share one timestamp.
 */
export function recordBodySize(record: NewRecord, offsetDelta = 0): number {
  const value = valueBytes(record.value);
  const valueField = record.value === null ? 1 : varintSize(value) + value;
  return 2 + varintSize(offsetDelta) + frameBytes(record) + valueField;
}

/** Bytes of a record in a batch, its length included. */
export function recordSize(record: NewRecord, offsetDelta = 0): number {
  const body = recordBodySize(record, offsetDelta);
  return varintSize(body) + body;
}

/** Bytes on the wire, uncompressed, of a batch that holds this record alone. */
export function batchSize(record: NewRecord): number {
  return batchHeaderBytes + recordSize(record);
}

/**
 * The most bytes that the value may have for the batch of this record alone to be at most `limit` bytes. -1 when not
 * even an empty value fits.
 */
export function largestValue(limit: number, record: RecordFrame): number {
  const fixed = 3 + frameBytes(record);
  const total = (value: number) => {
    const body = fixed + varintSize(value) + value;
    return batchHeaderBytes + varintSize(body) + body;
  };
  // The lengths take at most 5 bytes each, so the answer is within a few steps of this.
  let value = limit - batchHeaderBytes - fixed - 2;
  while (value >= 0 && total(value) > limit) value -= 1;
  return Math.max(value, -1);
}
