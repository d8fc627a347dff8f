/** What brokers answer to the small requests of a client, in the versions that it speaks (protocol guide). */
import { Api } from '../../../src/kafka/cluster/versions.ts';
import { WireReader, WireWriter } from '../../../src/kafka/wire/primitives.ts';

const apiVersionsKey = 18;
const saslHandshakeKey = 17;
const saslAuthenticateKey = 36;
export const smallApis = {
  apiVersions: apiVersionsKey,
  saslHandshake: saslHandshakeKey,
  saslAuthenticate: saslAuthenticateKey,
} as const;

const offered: readonly (readonly [key: number, version: number])[] = [
  [Api.produce, 13],
  [Api.fetch, 17],
  [Api.listOffsets, 7],
  [Api.metadata, 12],
  [Api.offsetCommit, 8],
  [Api.offsetFetch, 8],
  [Api.findCoordinator, 4],
  [Api.createTopics, 7],
  [Api.initProducerId, 4],
  [Api.describeConfigs, 4],
];

/** `isOld`: nothing that this client could speak. */
export function versionsAnswer(isOld = false): Buffer {
  const all = isOld ? offered.map(([key]) => [key, 0] as const) : offered;
  const writer = new WireWriter().int16(0).uvarint(all.length + 1);
  for (const [key, version] of all) writer.int16(key).int16(version).int16(version).noTags();
  return writer.int32(0).noTags().cut();
}

export interface Led {
  /** -1: nobody. */
  readonly leader: number;
  readonly epoch: number;
}

export interface MetadataFacts {
  readonly brokers: readonly { readonly id: number; readonly port: number }[];
  readonly topic: string;
  readonly topicId: string;
  /** Of the topic. */
  readonly code: number;
  readonly partitions: readonly Led[];
}

export function metadataAnswer({ brokers, topic, topicId, code, partitions }: MetadataFacts): Buffer {
  const writer = new WireWriter()
    .noTags()
    .int32(0)
    .uvarint(brokers.length + 1);
  for (const { id, port } of brokers)
    writer.int32(id).compactString('127.0.0.1').int32(port).uvarint(0).noTags();
  writer.compactString('model').int32(brokers[0]?.id ?? -1);
  writer.uvarint(2).int16(code).compactString(topic).uuid(topicId).int8(0);
  writer.uvarint((code === 0 ? partitions.length : 0) + 1);
  if (code === 0)
    for (const [index, { leader, epoch }] of partitions.entries()) {
      writer
        .int16(leader < 0 ? 5 : 0)
        .int32(index)
        .int32(leader)
        .int32(epoch);
      // Replicas, those in step, those that are away.
      writer.uvarint(2).int32(Math.max(0, leader)).uvarint(2).int32(Math.max(0, leader)).uvarint(1).noTags();
    }
  return writer
    .int32(-(2 ** 31))
    .noTags()
    .noTags()
    .cut();
}

export function configsAnswer(topic: string, code: number): Buffer {
  const writer = new WireWriter().noTags().int32(0).uvarint(2).int16(code).uvarint(0).int8(2);
  return writer.compactString(topic).uvarint(1).noTags().noTags().cut();
}

export function coordinatorAnswer(group: string, id: number, port: number, code: number): Buffer {
  const writer = new WireWriter().noTags().int32(0).uvarint(2).compactString(group).int32(id);
  return writer.compactString('127.0.0.1').int32(port).int16(code).uvarint(0).noTags().noTags().cut();
}

/** `of`: partition -> the offset that is committed, or the code. */
export function positionsAnswer(
  group: string,
  topic: string,
  partitions: readonly number[],
  of: (partition: number) => number,
  code: number,
): Buffer {
  const writer = new WireWriter().noTags().int32(0).uvarint(2).compactString(group);
  writer
    .uvarint(2)
    .compactString(topic)
    .uvarint(partitions.length + 1);
  for (const partition of partitions)
    writer.int32(partition).int64(of(partition)).int32(-1).uvarint(1).int16(0).noTags();
  return writer.noTags().int16(code).noTags().noTags().cut();
}

export function commitAnswer(topic: string, partitions: readonly number[], code: number): Buffer {
  const writer = new WireWriter().noTags().int32(0).uvarint(2).compactString(topic);
  writer.uvarint(partitions.length + 1);
  for (const partition of partitions) writer.int32(partition).int16(code).noTags();
  return writer.noTags().noTags().cut();
}

export function producerAnswer(id: number, code: number): Buffer {
  return new WireWriter()
    .noTags()
    .int32(0)
    .int16(code)
    .int64(code === 0 ? id : -1)
    .int16(code === 0 ? 0 : -1)
    .noTags()
    .cut();
}

export interface AskedOffset {
  readonly partition: number;
  readonly timestamp: number;
}

export function decodeOffsetsRequest(body: Buffer): readonly AskedOffset[] {
  const reader = new WireReader(body);
  // Whose replica asks, and which isolation is wanted.
  reader.skip(4 + 1);
  return partitionsOf(reader, () => {
    const partition = reader.int32();
    reader.skip(4);
    return { partition, timestamp: reader.int64() };
  });
}

export function offsetsAnswer(
  topic: string,
  answers: readonly { readonly partition: number; readonly code: number; readonly offset: number }[],
): Buffer {
  const writer = new WireWriter().noTags().int32(0).uvarint(2).compactString(topic);
  writer.uvarint(answers.length + 1);
  for (const { partition, code, offset } of answers)
    writer.int32(partition).int16(code).int64(-1).int64(offset).int32(-1).noTags();
  return writer.noTags().noTags().cut();
}

export function decodeCommitRequest(body: Buffer): readonly { partition: number; offset: number }[] {
  const reader = new WireReader(body);
  reader.compactString();
  reader.int32();
  reader.compactString();
  reader.compactString();
  return partitionsOf(reader, () => {
    const asked = { partition: reader.int32(), offset: reader.int64() };
    reader.skip(4);
    reader.compactString();
    return asked;
  });
}

/** Partitions of one group and topic. */
export function decodePositionsRequest(body: Buffer): readonly number[] {
  const reader = new WireReader(body);
  reader.arrayLength();
  reader.compactString();
  const partitions: number[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    reader.compactString();
    for (let count = reader.arrayLength(); count > 0; count -= 1) partitions.push(reader.int32());
    reader.skipTags();
  }
  return partitions;
}

function partitionsOf<One>(reader: WireReader, read: () => One): readonly One[] {
  const all: One[] = [];
  for (let topics = reader.arrayLength(); topics > 0; topics -= 1) {
    reader.compactString();
    for (let count = reader.arrayLength(); count > 0; count -= 1) {
      all.push(read());
      reader.skipTags();
    }
    reader.skipTags();
  }
  return all;
}
