/** The broker's side of the Produce API, versions 9 to 13 (protocol guide). Before version 13 a topic's name stands for its id. */
import { WireReader, WireWriter } from '../../../src/kafka/wire/primitives.ts';

const topicIdsFrom = 13;

export interface ProducedBatch {
  readonly topicId: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface ProduceAnswer {
  readonly topicId: string;
  readonly partition: number;
  readonly code: number;
  readonly offset: number;
  /** The broker's own words. */
  readonly words?: string;
}

/** Milliseconds that the broker may wait for its replicas. */
export function timeoutOf(bytes: Buffer): number {
  const reader = new WireReader(bytes);
  reader.compactString();
  reader.int16();
  return reader.int32();
}

export function decodeProduceRequest(bytes: Buffer, version = topicIdsFrom): readonly ProducedBatch[] {
  const reader = new WireReader(bytes);
  reader.compactString();
  reader.int16();
  reader.int32();
  const batches: ProducedBatch[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    const topicId = version < topicIdsFrom ? reader.compactString()! : reader.uuid();
    for (let count = reader.arrayLength(); count > 0; count -= 1) {
      const partition = reader.int32();
      const [start, end] = reader.span();
      batches.push({ topicId, partition, bytes: bytes.subarray(start, end) });
      reader.skipTags();
    }
    reader.skipTags();
  }
  reader.skipTags();
  reader.finish();
  return batches;
}

/** `throttle`: milliseconds for which the broker asks to be spared. */
export function encodeProduceResponse(
  answers: readonly ProduceAnswer[],
  version = topicIdsFrom,
  throttle = 0,
): Buffer {
  const writer = new WireWriter();
  writer.noTags().uvarint(answers.length + 1);
  for (const { topicId, partition, code, offset, words } of answers) {
    if (version < topicIdsFrom) writer.compactString(topicId);
    else writer.uuid(topicId);
    // Where it stands, the time of its append, where the log begins; no bad records.
    writer.uvarint(2).int32(partition).int16(code).int64(offset).int64(-1).int64(0).uvarint(1);
    if (words === undefined) writer.uvarint(0);
    else writer.compactString(words);
    writer.noTags().noTags();
  }
  return writer.int32(throttle).noTags().cut();
}
