/** The broker's side of the Produce API, version 13 (protocol guide). */
import { WireReader, WireWriter } from '../../../src/kafka/wire/primitives.ts';

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
}

export function decodeProduceRequest(bytes: Buffer): readonly ProducedBatch[] {
  const reader = new WireReader(bytes);
  reader.compactString();
  reader.int16();
  reader.int32();
  const batches: ProducedBatch[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    const topicId = reader.uuid();
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

export function encodeProduceResponse(answers: readonly ProduceAnswer[]): Buffer {
  const writer = new WireWriter();
  writer.noTags().uvarint(answers.length + 1);
  for (const { topicId, partition, code, offset } of answers) {
    writer.uuid(topicId).uvarint(2);
    // Where it stands, the time of its append, where the log begins; no bad records, no words.
    writer.int32(partition).int16(code).int64(offset).int64(-1).int64(0).uvarint(1).uvarint(0).noTags();
    writer.noTags();
  }
  return writer.int32(0).noTags().cut();
}
