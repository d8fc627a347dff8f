/** The Fetch API, versions 13 to 17 (protocol guide; topics by id, KIP-516). Records stay where they are in the frame. */
import { WireReader, WireWriter } from './primitives.ts';

/** One partition to read. */
export interface FetchEntry {
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly offset: number;
  /** The leader's epoch of the batch right before the offset; -1: not known, or not to be looked at. */
  readonly lastFetchedEpoch: number;
}

export interface FetchRequest {
  readonly topicId: string;
  readonly entries: readonly FetchEntry[];
  /** Absent: no session (KIP-227). */
  readonly session?: { readonly id: number; readonly epoch: number };
  /** Milliseconds that the broker waits for the first byte. */
  readonly maxWait: number;
  /** Soft limits: the first batch comes whole even when it is larger. */
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  readonly rack: string;
}

/** What the broker says of one partition. */
export interface FetchedPartition {
  readonly topicId: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  /** Broker id to read from instead, -1 for none (KIP-392). */
  readonly preferredReplica: number;
  /**
   * The log has been cut since the batch before the offset was read: the newest epoch of it that is not newer than that batch's, and where
   * that one ends (KIP-595). Undefined: nothing of it is known to be otherwise.
   */
  readonly divergence: { readonly epoch: number; readonly end: number } | undefined;
  /** Where the record batches lie in the frame. */
  readonly start: number;
  readonly end: number;
}

export interface FetchResponse {
  readonly throttleMs: number;
  readonly errorCode: number;
  /** 0: there is none. */
  readonly sessionId: number;
  readonly partitions: readonly FetchedPartition[];
}

export function encodeFetch(request: FetchRequest, version: number): Uint8Array[] {
  const writer = new WireWriter();
  if (version < 15) writer.int32(-1);
  writer.int32(request.maxWait).int32(1).int32(request.maxBytes).int8(0);
  const { id, epoch } = request.session ?? { id: 0, epoch: -1 };
  writer.int32(id).int32(epoch);
  if (request.entries.length === 0) return [endOf(writer.uvarint(1), request)];
  writer.uvarint(2).uuid(request.topicId);
  writer.uvarint(request.entries.length + 1);
  for (const { partition, leaderEpoch, offset, lastFetchedEpoch } of request.entries) {
    writer.int32(partition).int32(leaderEpoch).int64(offset).int32(lastFetchedEpoch).int64(-1);
    writer.int32(request.partitionMaxBytes).noTags();
  }
  return [endOf(writer.noTags(), request)];
}

/** Nothing is to be forgotten. */
function endOf(writer: WireWriter, { rack }: FetchRequest): Uint8Array {
  return writer.uvarint(1).compactString(rack).noTags().cut();
}

/** Reads the response's bytes from after the correlation id. Throws KafkaError `corrupt`. */
export function decodeFetch(bytes: Buffer): FetchResponse {
  const reader = new WireReader(bytes);
  const head = readHead(reader);
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    const topicId = reader.uuid();
    for (let count = reader.arrayLength(); count > 0; count -= 1)
      partitions.push(readPartition(reader, topicId));
    reader.skipTags();
  }
  reader.skipTags();
  reader.finish();
  return { ...head, partitions };
}

/**
 * The first partition of a response of which no more than the beginning is there; `end` is where its batches will end. Undefined where it
 * does not say so much.
 */
export function decodeFetchHead(bytes: Buffer): Omit<FetchedPartition, 'divergence'> | undefined {
  try {
    const reader = new WireReader(bytes);
    const { errorCode } = readHead(reader);
    if (errorCode !== 0 || reader.arrayLength() === 0) return undefined;
    const topicId = reader.uuid();
    return reader.arrayLength() === 0 ? undefined : readBatches(reader, topicId);
  } catch {
    return undefined;
  }
}

function readHead(reader: WireReader): Omit<FetchResponse, 'partitions'> {
  reader.skipTags();
  const throttleMs = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  return { throttleMs, errorCode, sessionId };
}

function readPartition(reader: WireReader, topicId: string): FetchedPartition {
  return { ...readBatches(reader, topicId), divergence: readDivergence(reader) };
}

function readBatches(reader: WireReader, topicId: string): Omit<FetchedPartition, 'divergence'> {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.int64();
  const logStartOffset = reader.int64();
  for (let aborted = reader.arrayLength(); aborted > 0; aborted -= 1) {
    reader.skip(16);
    reader.skipTags();
  }
  const preferredReplica = reader.int32();
  const [start, end] = reader.span();
  return { topicId, partition, errorCode, highWatermark, logStartOffset, preferredReplica, start, end };
}

const divergingEpochTag = 0;

/** The partition's tags: of those that there are only the diverging epoch is for consumers. */
function readDivergence(reader: WireReader): FetchedPartition['divergence'] {
  let divergence: FetchedPartition['divergence'];
  for (let tags = reader.uvarint(); tags > 0; tags -= 1) {
    const tag = reader.uvarint();
    const size = reader.uvarint();
    const behind = reader.at + size;
    if (tag === divergingEpochTag) {
      const epoch = reader.int32();
      const end = reader.int64();
      if (epoch >= 0 && end >= 0) divergence = { epoch, end };
    }
    reader.skip(behind - reader.at);
  }
  return divergence;
}
