/** Hostile records of live streams: programmes whose numbers jump, lie and contradict each other, and what is no record at all. */
import { decodeClaim } from '../../../src/records/live-claim.ts';
import { decodeIndexEntry } from '../../../src/records/live-index.ts';
import { decodeLiveRecord } from '../../../src/records/live-record.ts';
import * as nasty from '../nasty.ts';
import type { Random } from '../random.ts';
import type { WrittenRecord } from '../records/written.ts';
import { topic, topics } from './drafts.ts';

/** The stream that must go on. */
export const good = 'good';

/** Numbers that a record may well have, and that nobody counts to. */
const large = [
  0,
  1,
  2,
  3,
  7,
  99,
  101,
  1000,
  65_536,
  1_000_000,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 2,
  2 ** 53 - 1,
];
const texts: Readonly<Record<string, readonly string[]>> = {
  sluice: nasty.versions,
  kind: ['init', 'part', 'gap', 'end', ...nasty.kinds],
  stream: [good, `${good} `, ...nasty.names],
  rendition: ['main', '720p', 'other', ...nasty.names],
  codecs: ['', 'avc1.64001f', 'x'.repeat(200), 'x'.repeat(201), 'a"b', 'a,b', '\u20ac', 'mp4a.40.2', ',,,'],
  flags: ['', 'k', 'd', 'l', 'kdl', 'kd', 'lk', 'x', 'kk'],
};

/** Names are the strangers' too. */
function othersOf(table: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] {
  return Object.hasOwn(table, name) ? (table[name] ?? []) : nasty.numbers;
}

type Break = (record: WrittenRecord, random: Random) => WrittenRecord;

const otherNumber: Break = (record, random) => {
  const numeric = record.headers.flatMap(([, value], index) =>
    /^\d{16}$/.test(value.toString()) ? [index] : [],
  );
  if (numeric.length === 0) return record;
  const at = random.pick(numeric);
  const [name, value] = record.headers[at]!;
  const before = Number(value.toString());
  const number = random.chance(0.5)
    ? Math.min(
        2 ** 53 - 1,
        Math.max(0, before + random.pick([-1, 1, 2, 3, -5, 98, 102, 5000, 3_000_000, 400_000_000])),
      )
    : random.pick(large);
  return {
    ...record,
    headers: record.headers.with(at, [name, Buffer.from(String(number).padStart(16, '0'))]),
  };
};

const otherText: Break = (record, random) => {
  if (record.headers.length === 0) return record;
  const at = random.below(record.headers.length);
  const [name] = record.headers[at]!;
  const value = random.chance(0.1)
    ? random.pick(nasty.notUtf8)
    : Buffer.from(random.pick(othersOf(texts, name)));
  return { ...record, headers: record.headers.with(at, [name, value]) };
};

const otherHeaders: Break = (record, random) => {
  const at = random.below(record.headers.length + 1);
  const way = random.below(3);
  if (way === 0) return { ...record, headers: record.headers.toSpliced(at, 1) };
  if (way === 1) return { ...record, headers: [...record.headers, ...record.headers.slice(at, at + 1)] };
  return { ...record, headers: record.headers.toReversed() };
};

const otherValue: Break = (record, random) => {
  const value = record.value ?? Buffer.alloc(0);
  return {
    ...record,
    value: random.pick([
      null,
      Buffer.alloc(0),
      Buffer.alloc(16),
      nasty.mutated(value, random),
      random.bytes(random.small(3000)),
    ]),
  };
};

const otherKey: Break = (record, random) => ({
  ...record,
  key: random.chance(0.3) ? null : Buffer.from(random.pick(nasty.names)),
});

const breaks: readonly Break[] = [
  otherNumber,
  otherNumber,
  otherNumber,
  otherNumber,
  otherText,
  otherHeaders,
  otherValue,
  otherKey,
];

/** One field of the JSON that an entry of the index or a claim is. */
const otherField: Break = (record, random) => {
  if (record.value === null || record.headers.length > 0) return record;
  const text = record.value.toString();
  if (random.chance(0.1)) return { ...record, value: Buffer.from(random.pick(nasty.json)) };
  if (random.chance(0.1)) return { ...record, value: nasty.mutated(record.value, random) };
  const fields = [...text.matchAll(/"(\w+)":("[^"]*"|-?\d+|true|false|\{[^{}]*\})/g)];
  if (fields.length === 0) return record;
  const [whole, name, before = ''] = random.pick(fields);
  const isNumber = /^-?\d+$/.test(before);
  const near = String(Number(before) + random.pick([-1, 1, 99, 101, 5000, 3_000_000, 400_000_000]));
  const after =
    isNumber && random.chance(0.8)
      ? random.chance(0.5)
        ? near
        : String(random.pick(large))
      : random.pick(nasty.json.slice(0, -4));
  return { ...record, value: Buffer.from(text.replace(whole, `"${name}":${after}`)) };
};

function broken(record: WrittenRecord, random: Random): WrittenRecord {
  let result = record;
  for (let more = 1 + random.small(2); more > 0; more -= 1) {
    result =
      record.topic === topic
        ? random.pick(breaks)(result, random)
        : (random.chance(0.8) ? otherField : otherKey)(result, random);
  }
  return result;
}

const shifts = [-1, 1, 2, 50, 99, 101, 5000, 3_000_000, 400_000_000, 2 ** 40, 2 ** 52, -1000, -1_000_000];
const shifted = [
  'epoch',
  'media',
  'ordinal',
  'discontinuities',
  'time',
  'duration',
  'timescale',
  'captured',
  'part',
  'sequence',
];

/** From some record on, all numbers of a kind are others: a publisher that believes in them, and its index with it. */
function shift(record: WrittenRecord, name: string, by: number): WrittenRecord {
  const moved = (number: number) => Math.min(2 ** 53 - 1, Math.max(0, number + by));
  const headers = record.headers.map(([header, value]) => {
    const isIt = header === name && /^\d{16}$/.test(value.toString());
    return [header, isIt ? Buffer.from(String(moved(Number(value))).padStart(16, '0')) : value] as const;
  });
  const isJson = record.headers.length === 0 && record.value !== null;
  if (!isJson) return { ...record, headers };
  const text = record.value
    .toString()
    .replace(new RegExp(`"${name}":(\\d+)`), (_, number: string) => `"${name}":${moved(Number(number))}`);
  return { ...record, value: Buffer.from(text) };
}

/** A programme under another name, in which some records are broken, missing, twice or late. */
function programme(draft: readonly WrittenRecord[], random: Random): WrittenRecord[] {
  const stream = Buffer.from(
    random.chance(0.1) ? random.pick(['a', '0', 'x.y_z-', 'S'.repeat(64)]) : `s${random.below(4)}`,
  );
  const spoilt = random.pick([0, 0.02, 0.05, 0.2]);
  const partition = random.below(2);
  const isShifted = random.chance(0.5);
  const [name, by, at] = [random.pick(shifted), random.pick(shifts), random.below(draft.length)];
  return draft.flatMap((original, index) => {
    const record = isShifted && index >= at ? shift(original, name, by) : original;
    const headers = record.headers.map(
      ([name, value]) => [name, name === 'stream' ? stream : value] as const,
    );
    const own = { ...record, key: stream, headers, partition: record.topic === topics[2] ? 0 : partition };
    if (random.chance(spoilt / 2)) return random.chance(0.5) ? [] : [own, own];
    return [random.chance(spoilt) ? broken(own, random) : own];
  });
}

/** Whoever writes what a publisher of the stream would write is one. */
function mayHarm(record: WrittenRecord): boolean {
  try {
    if (record.topic === topic)
      return decodeLiveRecord({ ...record, headerCount: record.headers.length })?.stream === good;
    if (record.topic === topics[1]) return decodeIndexEntry(record).stream === good;
    return record.key?.toString() === good && (record.value === null || decodeClaim(record) !== undefined);
  } catch {
    return false;
  }
}

export function hostileLive(
  drafts: readonly (readonly WrittenRecord[])[],
  random: Random,
  count: number,
): WrittenRecord[] {
  const records: WrittenRecord[] = [];
  while (records.length < count) {
    const some = random.chance(0.05)
      ? [
          {
            topic: random.pick(topics),
            partition: 0,
            key: random.chance(0.5) ? null : random.bytes(3),
            headers: [],
            value: random.bytes(random.small(100)),
          },
        ]
      : programme(random.pick(drafts), random);
    // A broker takes no record without a key for a compacted topic.
    records.push(
      ...some.filter((record) => !mayHarm(record) && (record.topic !== topics[2] || record.key !== null)),
    );
  }
  return records.slice(0, count);
}
