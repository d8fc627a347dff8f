/** The broker's side of the Fetch API, version 17 (protocol guide). */
import { WireReader, WireWriter } from '../../../src/kafka/wire/primitives.ts';

export interface AskedPartition {
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly offset: number;
  readonly lastFetchedEpoch: number;
}

export interface FetchAnswer {
  readonly partition: number;
  readonly code: number;
  readonly end: number;
  readonly start: number;
  readonly divergence?: { readonly epoch: number; readonly end: number };
  /** The replica that the client is to read from instead. */
  readonly preferred?: number;
  readonly records: Buffer;
}

export function decodeFetchRequest(bytes: Buffer): readonly AskedPartition[] {
  const reader = new WireReader(bytes);
  // How long and how much, isolation, session.
  reader.skip(3 * 4 + 1 + 2 * 4);
  const asked: AskedPartition[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    reader.uuid();
    for (let count = reader.arrayLength(); count > 0; count -= 1) {
      const partition = reader.int32();
      const leaderEpoch = reader.int32();
      const offset = reader.int64();
      const lastFetchedEpoch = reader.int32();
      reader.skip(8 + 4);
      reader.skipTags();
      asked.push({ partition, leaderEpoch, offset, lastFetchedEpoch });
    }
    reader.skipTags();
  }
  return asked;
}

export function encodeFetchResponse(topicId: string, answers: readonly FetchAnswer[]): Buffer {
  const writer = new WireWriter();
  const pieces: Buffer[] = [];
  writer
    .noTags()
    .int32(0)
    .int16(0)
    .int32(0)
    .uvarint(2)
    .uuid(topicId)
    .uvarint(answers.length + 1);
  for (const { partition, code, end, start, divergence, preferred, records } of answers) {
    writer
      .int32(partition)
      .int16(code)
      .int64(end)
      .int64(end)
      .int64(start)
      .uvarint(1)
      .int32(preferred ?? -1);
    pieces.push(writer.uvarint(records.byteLength + 1).cut(), records);
    if (divergence === undefined) writer.noTags();
    else writer.uvarint(1).uvarint(0).uvarint(13).int32(divergence.epoch).int64(divergence.end).noTags();
  }
  pieces.push(writer.noTags().noTags().cut());
  return Buffer.concat(pieces);
}
