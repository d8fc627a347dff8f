/** A record as a case holds it: plain data that a file of the corpus can keep. */
import type { Header, Kafka, NewRecord } from '../../../src/kafka/contract.ts';

export interface WrittenRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  readonly value: Buffer | null;
  /** What must become of it: it breaks a rule by which it has to be refused by name. */
  readonly must?: 'be refused';
}

export function written(record: NewRecord, topic: string, partition: number): WrittenRecord {
  const { key = null, headers = [], value } = record;
  const pieces = value === null ? null : value instanceof Uint8Array ? [value] : value;
  return {
    topic,
    partition,
    key: key === null ? null : Buffer.from(key),
    headers: headers.map(([name, bytes]) => [name, Buffer.from(bytes)] as const),
    value: pieces === null ? null : Buffer.concat(pieces),
  };
}

/** Appends them all, in their order; resolves with the offset of each. */
export async function appendAll(kafka: Kafka, records: readonly WrittenRecord[]): Promise<number[]> {
  const producer = kafka.producer({ bufferBytes: Number.MAX_SAFE_INTEGER });
  const appends = records.map(({ topic, partition, key, headers, value }) =>
    producer.append(topic, partition, { key, headers: headers as readonly Header[], value }),
  );
  const places = await Promise.all(appends);
  await producer.close();
  return places.map(({ offset }) => offset);
}

/** The text of the only header of this name, as far as it is one. */
export function textOf({ headers }: Pick<WrittenRecord, 'headers'>, name: string): string | undefined {
  return headers.find((header) => header[0] === name)?.[1].toString();
}

/** `hostile` with the healthy ones among them, evenly and in their order. */
export function mixed<T>(hostile: readonly T[], healthy: readonly T[]): T[] {
  const all: T[] = [];
  let taken = 0;
  for (const [index, one] of healthy.entries()) {
    const until = Math.ceil(((index + 1) * hostile.length) / (healthy.length + 1));
    all.push(...hostile.slice(taken, until), one);
    taken = until;
  }
  return [...all, ...hostile.slice(taken)];
}
