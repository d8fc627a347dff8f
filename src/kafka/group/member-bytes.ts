/**
 * What the members of a consumer group tell each other through the broker, which does not look into it: the "consumer"
 * embedded protocol (Kafka's ConsumerProtocolSubscription.json and ConsumerProtocolAssignment.json). Later versions only
 * add fields at the end, so the fields of version 0 are all that is read. PURE.
 */
import { KafkaError } from '../contract.ts';

/** Topic -> partitions, in ascending order. */
export type TopicPartitions = ReadonlyMap<string, readonly number[]>;

/** The topics that a member wants to read. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  return Buffer.concat([int16(0), int32(topics.length), ...topics.map(text), int32(-1)]);
}

/** Throws KafkaError `corrupt`. */
export function decodeSubscription(bytes: Buffer): readonly string[] {
  const reader = new MemberReader(bytes);
  reader.version();
  return reader.array(() => reader.text());
}

/** What a member gets. */
export function encodeAssignment(assignment: TopicPartitions): Buffer {
  const topics = [...assignment].map(([topic, partitions]) =>
    Buffer.concat([text(topic), int32(partitions.length), ...partitions.map(int32)]),
  );
  return Buffer.concat([int16(0), int32(topics.length), ...topics, int32(-1)]);
}

/** Throws KafkaError `corrupt`. A member that gets nothing may be sent no bytes at all. */
export function decodeAssignment(bytes: Buffer): TopicPartitions {
  const assignment = new Map<string, number[]>();
  if (bytes.byteLength === 0) return assignment;
  const reader = new MemberReader(bytes);
  reader.version();
  reader.array(() => {
    const topic = reader.text();
    const partitions = reader.array(() => reader.int32());
    assignment.set(
      topic,
      [...new Set([...(assignment.get(topic) ?? []), ...partitions])].sort((a, b) => a - b),
    );
  });
  return assignment;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.byteLength), bytes]);
}

class MemberReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  version(): void {
    if (this.#bytes.readInt16BE(this.#take(2)) < 0) throw corrupt('a negative version');
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  text(): string {
    const length = this.#bytes.readInt16BE(this.#take(2));
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  array<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.int32(); left > 0; left -= 1) items.push(read());
    return items;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || length > this.#bytes.byteLength - at) throw corrupt(`a length of ${length}`);
    this.#at += length;
    return at;
  }
}

function corrupt(what: string): KafkaError {
  return new KafkaError('corrupt', `What a member of the consumer group tells the others has ${what}.`);
}
