/**
 * Record batches as they are read: format version 2 (Kafka documentation, "Record Batch"). Everything is a view into
 * the frame. Every length is checked before it is used: whatever the bytes say, the outcome is records or a KafkaError
 * `corrupt`, and nothing is allocated by a size that the bytes claim.
 */
import { crc32c } from '@node-rs/crc32';
import { batchHeaderBytes } from '../batch.ts';
import { type ConsumedRecord, type Header, KafkaError } from '../contract.ts';

/** Headers that are decoded of one record; more are counted only. */
const decodedHeaders = 64;

/** Each record of a batch takes some 150 bytes of memory, though on the wire, compressed, it may be next to nothing. */
const mostRecords = 500_000;

/** What stands at the beginning of a batch, and where its records lie in the frame. */
export interface BatchHead {
  readonly baseOffset: number;
  /** The offset after the last one of the batch, whether compaction left that record or not. */
  readonly nextOffset: number;
  /** Of the leader that took it: -1 where the broker does not say. */
  readonly leaderEpoch: number;
  /** Where the batch begins and ends in the frame. */
  readonly start: number;
  readonly end: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly compression: number;
  /** Holds a transaction marker instead of records. */
  readonly control: boolean;
  /** The broker's time stands for all records (`message.timestamp.type=LogAppendTime`). */
  readonly appendTime: boolean;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
}

function corrupt(message: string): KafkaError {
  return new KafkaError('corrupt', message);
}

/** A signed 64-bit number; Kafka's offsets and times stay far below 2^53. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}

/**
 * Reads the head of the batch at `start`. Undefined when the batch goes on past `end`: brokers may cut the last one of a
 * response short.
 */
export function readBatchHead(frame: Buffer, start: number, end: number): BatchHead | undefined {
  if (end - start < batchHeaderBytes) return undefined;
  const baseOffset = readInt64(frame, start);
  const length = frame.readInt32BE(start + 8);
  const magic = frame[start + 16];
  if (magic !== 2) {
    throw magic === 0 || magic === 1
      ? new KafkaError('unsupported', `offset ${baseOffset} has message format ${magic}; only 2 can be read`)
      : corrupt(`the batch at offset ${baseOffset} claims message format ${magic}`);
  }
  if (length < batchHeaderBytes - 12)
    throw corrupt(`the batch at offset ${baseOffset} claims ${length} bytes`);
  if (length > end - start - 12) return undefined;
  const attributes = frame.readInt16BE(start + 21);
  const lastOffsetDelta = frame.readInt32BE(start + 23);
  if (baseOffset < 0 || lastOffsetDelta < 0 || !Number.isSafeInteger(baseOffset + lastOffsetDelta)) {
    throw corrupt(`the batch at offset ${baseOffset} claims to end ${lastOffsetDelta} records later`);
  }
  return {
    baseOffset,
    nextOffset: baseOffset + lastOffsetDelta + 1,
    leaderEpoch: frame.readInt32BE(start + 12),
    start,
    end: start + 12 + length,
    compression: attributes & 7,
    control: (attributes & 0x20) !== 0,
    appendTime: (attributes & 8) !== 0,
    baseTimestamp: readInt64(frame, start + 27),
    maxTimestamp: readInt64(frame, start + 35),
    count: frame.readInt32BE(start + 57),
  };
}

/** Throws KafkaError `corrupt` unless the batch is what its CRC32C says. */
export function checkCrc(frame: Buffer, head: BatchHead): void {
  const claimed = frame.readUInt32BE(head.start + 17);
  const found = crc32c(frame.subarray(head.start + 21, head.end));
  if (claimed !== found) {
    throw corrupt(
      `the batch at offset ${head.baseOffset} has CRC32C ${found.toString(16)}, not ${claimed.toString(16)}`,
    );
  }
}

/** The records of a batch: a view for the uncompressed ones, still to be expanded for the others. */
export function recordsOf(frame: Buffer, head: BatchHead): Buffer {
  return frame.subarray(head.start + batchHeaderBytes, head.end);
}

class RecordReader {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.byteLength;
  }

  get at(): number {
    return this.#at;
  }

  /** Narrows reading to the next `length` bytes; gives the end to return to. */
  enter(length: number): void {
    if (length < 0 || length > this.#bytes.byteLength - this.#at)
      throw corrupt(`a record claims ${length} bytes`);
    this.#end = this.#at + length;
  }

  leave(): void {
    if (this.#at !== this.#end) throw corrupt(`a record leaves ${this.#end - this.#at} bytes unread`);
    this.#end = this.#bytes.byteLength;
  }

  byte(): number {
    if (this.#at >= this.#end) throw corrupt('a record ends too early');
    return this.#bytes[this.#at++]!;
  }

  /** A zigzag varint of up to 64 bits. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 0x80;
    }
    throw corrupt('a number in a record has more than 10 bytes');
  }

  bytes(): Uint8Array | null {
    const length = this.varint();
    if (length === -1) return null;
    if (!(length >= 0 && length <= this.#end - this.#at))
      throw corrupt(`a field of a record claims ${length} bytes`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    const length = this.varint();
    if (!(length >= 0 && length <= this.#end - this.#at))
      throw corrupt(`a header's name claims ${length} bytes`);
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
}

const noBytes = new Uint8Array(0);

function readRecord(reader: RecordReader, head: BatchHead): ConsumedRecord {
  reader.enter(reader.varint());
  reader.byte();
  const timestamp = head.appendTime ? head.maxTimestamp : head.baseTimestamp;
  const timestampDelta = reader.varint();
  const offset = head.baseOffset + reader.varint();
  if (!(offset >= head.baseOffset && offset < head.nextOffset)) {
    throw corrupt(`a record of the batch at offset ${head.baseOffset} claims offset ${offset}`);
  }
  const key = reader.bytes();
  const value = reader.bytes();
  const headerCount = reader.varint();
  if (headerCount < 0) throw corrupt(`the record at offset ${offset} claims ${headerCount} headers`);
  const headers: Header[] = [];
  for (let index = 0; index < headerCount; index += 1) {
    if (index < decodedHeaders) headers.push([reader.text(), reader.bytes() ?? noBytes]);
    else {
      reader.bytes();
      reader.bytes();
    }
  }
  reader.leave();
  return {
    offset,
    timestamp: head.appendTime ? timestamp : timestamp + timestampDelta,
    key,
    headers,
    headerCount,
    value,
  };
}

/**
 * Decodes a batch's records, uncompressed, and appends to `into` those at `from` or later and below `until`. Throws
 * KafkaError `corrupt`.
 */
export function decodeRecords(
  bytes: Buffer,
  head: BatchHead,
  into: ConsumedRecord[],
  from: number,
  until = Number.POSITIVE_INFINITY,
): void {
  if (head.control) return;
  if (head.count > mostRecords)
    throw corrupt(`the batch at offset ${head.baseOffset} has ${head.count} records, ${mostRecords} at most`);
  const reader = new RecordReader(bytes);
  let last = -1;
  for (let index = 0; index < head.count; index += 1) {
    const record = readRecord(reader, head);
    if (record.offset <= last) throw corrupt(`offset ${record.offset} comes after ${last}`);
    last = record.offset;
    if (record.offset >= from && record.offset < until) into.push(record);
  }
  if (reader.at !== bytes.byteLength) {
    throw corrupt(`the batch at offset ${head.baseOffset} has more bytes than its ${head.count} records`);
  }
}
