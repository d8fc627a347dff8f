/** Record batches as a broker keeps them (format version 2), holes of compaction and markers of transactions included. */
import { crc32c } from '@node-rs/crc32';

export interface KeptRecord {
  readonly offset: number;
  readonly key: string;
}

export interface KeptBatch {
  /** Of the batch; its records may begin later, and end earlier. */
  readonly offset: number;
  readonly next: number;
  readonly epoch: number;
  readonly records: readonly KeptRecord[];
  readonly kind: 'plain' | 'transaction' | 'marker';
}

const attributes = { plain: 0, transaction: 0x10, marker: 0x30 };

/** A varint of a small number: one byte. */
function small(value: number): number {
  if (value < -64 || value > 63) throw new Error(`${value} is not small`);
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function recordBytes({ offset, key }: KeptRecord, base: number): Buffer {
  const name = Buffer.from(key);
  const body = [0, small(0), small(offset - base), small(name.byteLength), ...name, small(-1), small(0)];
  return Buffer.from([small(body.length), ...body]);
}

export function batchBytes({ offset, next, epoch, records, kind }: KeptBatch): Buffer {
  const head = Buffer.alloc(61);
  const bytes = Buffer.concat([head, ...records.map((record) => recordBytes(record, offset))]);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  bytes.writeInt32BE(bytes.byteLength - 12, 8);
  bytes.writeInt32BE(epoch, 12);
  bytes[16] = 2;
  bytes.writeInt16BE(attributes[kind], 21);
  bytes.writeInt32BE(next - offset - 1, 23);
  bytes.writeBigInt64BE(-1n, 43);
  bytes.writeInt16BE(-1, 51);
  bytes.writeInt32BE(-1, 53);
  bytes.writeInt32BE(records.length, 57);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}
