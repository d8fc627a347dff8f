/** The Produce API, versions 9 to 13 (protocol guide): the request around batches that are sent as they are. */
import type { EncodedBatch } from './batch-encode.ts';
import { WireReader, WireWriter } from './primitives.ts';

/** From this version on topics are named by their ids (KIP-516): a recreated one is another. */
const topicIdsFrom = 13;

/** How a request names a topic, and its answer. */
export interface TopicReference {
  readonly topic: string;
  /** UUID as text. */
  readonly topicId: string;
}

/** The word by which topics go in this version. */
export function topicWord({ topic, topicId }: TopicReference, version: number): string {
  return version < topicIdsFrom ? topic : topicId;
}

/** One partition's batch of a request. */
export interface ProduceEntry extends TopicReference {
  readonly partition: number;
  readonly encoded: EncodedBatch;
}

/** What the broker says of one partition's batch. */
export interface ProduceResult {
  /** As {@link topicWord} says. */
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  /** Offset of the batch's first record. */
  readonly baseOffset: number;
}

/** Waits for all in-sync replicas. */
const acksAll = -1;

/** The pieces of a request, for a gathered write. `timeout`: milliseconds that the broker may wait for the replicas. */
export function encodeProduce(
  entries: readonly ProduceEntry[],
  timeout: number,
  version: number,
): Uint8Array[] {
  const topics = Map.groupBy(entries, (entry) => topicWord(entry, version));
  const writer = new WireWriter();
  const pieces: Uint8Array[] = [];
  writer.uvarint(0).int16(acksAll).int32(timeout);
  writer.uvarint(topics.size + 1);
  for (const [topic, partitions] of topics) {
    if (version < topicIdsFrom) writer.compactString(topic);
    else writer.uuid(topic);
    writer.uvarint(partitions.length + 1);
    for (const { partition, encoded } of partitions) {
      writer.int32(partition).uvarint(encoded.size + 1);
      pieces.push(writer.cut(), ...encoded.pieces);
      writer.noTags();
    }
    writer.noTags();
  }
  writer.noTags();
  pieces.push(writer.cut());
  return pieces;
}

/** Reads the response's bytes from after the correlation id. Throws KafkaError `corrupt`. */
export function decodeProduce(
  bytes: Buffer,
  version: number,
): { results: ProduceResult[]; throttleMs: number } {
  const reader = new WireReader(bytes);
  reader.skipTags();
  const results: ProduceResult[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    const topic = version < topicIdsFrom ? (reader.compactString() ?? '') : reader.uuid();
    for (let partitions = reader.arrayLength(); partitions > 0; partitions -= 1) {
      results.push(readResult(reader, topic));
    }
    reader.skipTags();
  }
  const throttleMs = reader.int32();
  reader.skipTags();
  reader.finish();
  return { results, throttleMs };
}

function readResult(reader: WireReader, topic: string): ProduceResult {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const baseOffset = reader.int64();
  reader.skip(16);
  let detail: string | null = null;
  for (let errors = reader.arrayLength(); errors > 0; errors -= 1) {
    reader.skip(4);
    detail ??= reader.compactString();
    reader.skipTags();
  }
  const errorMessage = reader.compactString() ?? detail;
  reader.skipTags();
  return { topic, partition, errorCode, errorMessage, baseOffset };
}
