/**
 * Where records of former uploads may stand that do not stand where they are said to: on a topic that was copied to another cluster (by MirrorMaker, say) offsets are
 * others, partitions and times the same. Nothing is looked for that retention has taken.
 */
import type { Kafka } from '../../kafka/contract.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { BytesIn } from '../incoming/bytes-in.ts';
import { uploadsAt } from './uploads-at.ts';

/** Kafka offsets by partition: from where, and up to where. */
export interface Reading {
  readonly from: Map<number, number>;
  readonly until: Map<number, number>;
}

/** Milliseconds by which the clock that ids are made by may be ahead of that of records, where brokers stamp these. */
const clocksDiffer = 10_000;

/** The least and the greatest offset at which a record of an upload was seen. */
export class SeenOffsets {
  readonly #seen = new Map<string, { first: number; last: number }>();

  note(upload: string, partition: number, offset: number): void {
    const key = `${upload} ${partition}`;
    const { first = offset, last = offset } = this.#seen.get(key) ?? {};
    this.#seen.set(key, { first: Math.min(first, offset), last: Math.max(last, offset) });
  }

  has(upload: string, partition: number): boolean {
    return this.#seen.has(`${upload} ${partition}`);
  }

  /** Whether both ends were seen to be of this upload: then all of it stands there that there is. */
  proves(upload: string, partition: number, first: number, last: number | undefined): boolean {
    const seen = this.#seen.get(`${upload} ${partition}`);
    return seen !== undefined && seen.first === first && (last === undefined || seen.last === last);
  }
}

export interface ToldBytes extends BytesIn {
  /** By partition, where the record stands that names them: they stand before it. */
  readonly before: ReadonlyMap<number, number> | undefined;
}

/** What is to be read, of uploads that lack bytes after all was read that they were said to have. `seen`: in that reading. */
export async function placesByTime(
  kafka: Kafka,
  topic: string,
  told: readonly ToldBytes[],
  seen: SeenOffsets,
  latest: ReadonlyMap<number, number>,
): Promise<Reading> {
  const reading: Reading = { from: new Map(), until: new Map() };
  const doubted = told
    .filter(({ isTold }) => isTold)
    .flatMap(({ upload, at, before }) =>
      at.map(([partition, first, last]) => ({ upload, partition, first, last, before })),
    )
    .filter(({ upload, partition, first, last }) => !seen.proves(upload, partition, first, last));
  if (doubted.length === 0) return reading;
  const earliest = await kafka.offsets(topic, 'earliest');
  const known = new Map<number, Promise<ReadonlyMap<number, number>>>();
  const since = async (time: number, partition: number): Promise<number> => {
    if (!known.has(time)) known.set(time, kafka.offsets(topic, { time }));
    return (await known.get(time))?.get(partition) ?? 0;
  };
  for (const { upload, partition, first, before } of doubted) {
    const version = Math.floor(versionOf(upload) / 1000);
    // A version that was raised says nothing of when it was sent.
    const time = version > Date.now() ? 0 : version;
    const start = earliest.get(partition) ?? 0;
    // Where all that the topic has is younger, retention has taken it, unless the topic begins with it.
    if (first < start && (await since(time, partition)) <= start) {
      if (seen.has(upload, partition)) continue;
      if ((await uploadsAt(kafka, topic, partition, start))?.includes(upload) !== true) continue;
    }
    const from = Math.max(start, await since(Math.max(0, time - clocksDiffer), partition));
    const until = Math.min(latest.get(partition) ?? 0, (before?.get(partition) ?? Infinity) + 1);
    if (from >= until) continue;
    reading.from.set(partition, Math.min(from, reading.from.get(partition) ?? from));
    reading.until.set(partition, Math.max(until, reading.until.get(partition) ?? until));
  }
  return reading;
}
