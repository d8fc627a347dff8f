/**
 * Record batches as they are written: format version 2 (Kafka documentation, "Record Batch"). Large values are never
 * copied: a batch is a row of pieces for a gathered write, its CRC32C computed over them one after the other.
 */
import { crc32c } from '@node-rs/crc32';
import { batchHeaderBytes, recordBodySize, valueBytes, varintSize } from '../batch.ts';
import type { NewRecord } from '../contract.ts';

/** Whose batch it is, for the broker to tell a retry from a new one (KIP-98). */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
  /** Sequence number of the first record. */
  readonly sequence: number;
}

/** The records of a batch, compressed. */
export interface CompressedRecords {
  /** 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly compression: number;
  readonly bytes: Uint8Array;
}

/** A batch, ready to be sent, or the records of one. */
export interface EncodedBatch {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of all pieces. */
  readonly size: number;
}

/** Below so many bytes a copy costs less than one more piece in the gathered write. */
const copyBelow = 4096;

const crcAt = 17;
const crcFrom = 21;

/** Writes into one scratch buffer and cuts it where a large value goes between. */
class PieceWriter {
  readonly pieces: Uint8Array[] = [];
  readonly #scratch: Buffer;
  #at = 0;
  #cut = 0;

  constructor(scratchBytes: number) {
    this.#scratch = Buffer.allocUnsafe(scratchBytes);
  }

  get scratch(): Buffer {
    return this.#scratch;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  byte(value: number): void {
    this.#scratch[this.#at++] = value;
  }

  varint(value: number): void {
    let rest = value < 0 ? 1 : value * 2;
    while (rest > 0x7f) {
      this.#scratch[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#scratch[this.#at++] = rest;
  }

  bytes(value: Uint8Array): void {
    if (value.byteLength < copyBelow) {
      this.#scratch.set(value, this.#at);
      this.#at += value.byteLength;
      return;
    }
    this.end();
    this.pieces.push(value);
  }

  text(value: string): void {
    const bytes = this.#scratch.write(value, this.#at + varintSize(Buffer.byteLength(value)));
    this.varint(bytes);
    this.#at += bytes;
  }

  end(): void {
    if (this.#at > this.#cut) this.pieces.push(this.#scratch.subarray(this.#cut, this.#at));
    this.#cut = this.#at;
  }
}

function uncopiedBytes(value: Uint8Array): number {
  return value.byteLength < copyBelow ? 0 : value.byteLength;
}

function uncopiedOf(record: NewRecord): number {
  let bytes = record.key ? uncopiedBytes(record.key) : 0;
  for (const [, value] of record.headers ?? []) bytes += uncopiedBytes(value);
  if (record.value instanceof Uint8Array) return bytes + uncopiedBytes(record.value);
  for (const piece of record.value ?? []) bytes += uncopiedBytes(piece);
  return bytes;
}

function writeRecord(writer: PieceWriter, record: NewRecord, offsetDelta: number, body: number): void {
  writer.varint(body);
  writer.byte(0);
  writer.varint(0);
  writer.varint(offsetDelta);
  const key = record.key ?? null;
  writer.varint(key === null ? -1 : key.byteLength);
  if (key !== null) writer.bytes(key);
  const value = record.value;
  writer.varint(value === null ? -1 : valueBytes(value));
  if (value instanceof Uint8Array) writer.bytes(value);
  else for (const piece of value ?? []) writer.bytes(piece);
  const headers = record.headers ?? [];
  writer.varint(headers.length);
  for (const [name, header] of headers) {
    writer.text(name);
    writer.varint(header.byteLength);
    writer.bytes(header);
  }
}

/** Writes the records behind as many bytes as are to be left free before the first one. */
function writeRecords(
  records: readonly NewRecord[],
  free: number,
): { readonly writer: PieceWriter; readonly size: number } {
  const bodies = records.map(recordBodySize);
  let size = free;
  let copied = free;
  for (const [index, record] of records.entries()) {
    const bytes = varintSize(bodies[index]!) + bodies[index]!;
    size += bytes;
    copied += bytes - uncopiedOf(record);
  }
  const writer = new PieceWriter(copied);
  writer.skip(free);
  for (const [index, record] of records.entries()) writeRecord(writer, record, index, bodies[index]!);
  writer.end();
  return { writer, size };
}

interface Head {
  /** Bytes of the whole batch. */
  readonly size: number;
  readonly count: number;
  readonly compression: number;
  readonly timestamp: number;
  readonly identity: BatchIdentity;
}

/** Writes all of the head but the CRC32C, which needs it. */
function writeHead(head: Buffer, { size, count, compression, timestamp, identity }: Head): void {
  head.fill(0, 0, batchHeaderBytes);
  head.writeInt32BE(size - 12, 8);
  head.writeInt32BE(-1, 12);
  head[16] = 2;
  head.writeInt16BE(compression, 21);
  head.writeInt32BE(count - 1, 23);
  head.writeBigInt64BE(BigInt(timestamp), 27);
  head.writeBigInt64BE(BigInt(timestamp), 35);
  head.writeBigInt64BE(identity.producerId, 43);
  head.writeInt16BE(identity.epoch, 51);
  head.writeInt32BE(identity.sequence, 53);
  head.writeInt32BE(count, 57);
}

function crcOf(pieces: readonly Uint8Array[]): number {
  let crc = 0;
  for (const [index, piece] of pieces.entries()) {
    crc = crc32c(index === 0 ? piece.subarray(crcFrom) : piece, crc);
  }
  return crc;
}

/**
 * Encodes records as one batch with consecutive sequence numbers. `timestamp`, in milliseconds since the epoch, is
 * that of all of them. The pieces refer to the records' own bytes.
 */
export function encodeBatch(
  records: readonly NewRecord[],
  timestamp: number,
  identity: BatchIdentity,
): EncodedBatch {
  const { writer, size } = writeRecords(records, batchHeaderBytes);
  const head = writer.scratch;
  writeHead(head, { size, count: records.length, compression: 0, timestamp, identity });
  head.writeUInt32BE(crcOf(writer.pieces), crcAt);
  return { pieces: writer.pieces, size };
}

/** As {@link encodeBatch}, of `count` records that have been compressed. */
export function encodeCompressedBatch(
  records: CompressedRecords,
  count: number,
  timestamp: number,
  identity: BatchIdentity,
): EncodedBatch {
  const { compression, bytes } = records;
  const size = batchHeaderBytes + bytes.byteLength;
  const head = Buffer.allocUnsafe(batchHeaderBytes);
  writeHead(head, { size, count, compression, timestamp, identity });
  const pieces = [head, bytes];
  head.writeUInt32BE(crcOf(pieces), crcAt);
  return { pieces, size };
}

/** The records of a batch without its head: what is compressed. The pieces refer to the records' own bytes. */
export function encodeRecords(records: readonly NewRecord[]): EncodedBatch {
  const { writer, size } = writeRecords(records, 0);
  return { pieces: writer.pieces, size };
}
