/** Hostile records of a files topic, by its grammar: right ones in which one rule is broken, or a few, and such as agree with no other. */
import * as nasty from '../nasty.ts';
import type { Random } from '../random.ts';
import { draftUpload, rawEntry, rawPack } from './drafts.ts';
import * as healthy from './healthy.ts';
import type { WrittenRecord } from './written.ts';

/** What may stand in the place of each header's value. */
const inPlaceOf: Readonly<Record<string, readonly string[]>> = {
  sluice: nasty.versions,
  kind: nasty.kinds,
  uploader: nasty.names,
  path: nasty.paths,
  upload: nasty.ids,
  checksum: nasty.checksums,
  size: nasty.numbers,
  offset: nasty.numbers,
  files: nasty.numbers,
  index: nasty.numbers,
  digest: nasty.digests,
  mtime: nasty.times,
  mode: nasty.modes,
  of: nasty.ids,
  'of-path': nasty.paths,
  'of-partition': nasty.numbers,
  'of-first': nasty.numbers,
  'of-last': nasty.numbers,
  home: nasty.numbers,
  stripes: nasty.stripes,
  reason: ['', 'x'.repeat(4096), 'x'.repeat(4097), '\u001b[2J', 'a\nb'],
};

/** Names are the strangers' too. */
function othersOf(table: Readonly<Record<string, readonly string[]>>, name: string): readonly string[] {
  return Object.hasOwn(table, name) ? (table[name] ?? []) : nasty.numbers;
}

type Break = (record: WrittenRecord, random: Random) => WrittenRecord;

function withHeaders(record: WrittenRecord, headers: WrittenRecord['headers']): WrittenRecord {
  return { ...record, headers };
}

/** One header's value replaced. */
const replaced: Break = (record, random) => {
  const at = random.below(record.headers.length);
  const [name] = record.headers[at]!;
  const value = random.chance(0.1)
    ? random.pick(nasty.notUtf8)
    : Buffer.from(random.pick(othersOf(inPlaceOf, name)));
  return withHeaders(record, record.headers.with(at, [name, value]));
};

/** Without its version it is nobody's; what is striped is then as other uploads are. */
const mayLack = new Set(['sluice', 'home', 'stripes']);

const dropped: Break = (record, random) => {
  const at = random.below(record.headers.length);
  const isNeeded = !mayLack.has(record.headers[at]![0]);
  const headers = record.headers.toSpliced(at, 1);
  return { ...withHeaders(record, headers), ...(isNeeded ? { must: 'be refused' as const } : {}) };
};

const twice: Break = (record, random) => {
  const header = random.pick(record.headers);
  return { ...withHeaders(record, [...record.headers, header]), must: 'be refused' };
};

const many: Break = (record, random) => {
  const count = random.pick([33, 60, 65, 1000]);
  const more = Array.from({ length: count }, (_, index) => [`x${index}`, Buffer.alloc(0)] as const);
  return { ...withHeaders(record, [...record.headers, ...more]), must: 'be refused' };
};

const long: Break = (record, random) => {
  const at = random.below(record.headers.length);
  const [name] = record.headers[at]!;
  const size = random.chance(0.02) ? 1_000_000 : 4097;
  return {
    ...withHeaders(record, record.headers.with(at, [name, Buffer.alloc(size, 'a')])),
    must: 'be refused',
  };
};

const turned: Break = (record, random) => {
  const at = random.below(record.headers.length);
  const [name, value] = record.headers[at]!;
  return withHeaders(record, record.headers.with(at, [name, nasty.mutated(value, random)]));
};

const renamed: Break = (record, random) => {
  const at = random.below(record.headers.length);
  const [name, value] = record.headers[at]!;
  const other = random.pick([
    name.toUpperCase(),
    `${name} `,
    '',
    '__proto__',
    'sluice',
    'kind',
    'x'.repeat(5000),
  ]);
  return withHeaders(record, record.headers.with(at, [other, value]));
};

const exchanged: Break = (record, random) => {
  const [a, b] = [random.below(record.headers.length), random.below(record.headers.length)];
  const [first, second] = [record.headers[a]!, record.headers[b]!];
  return withHeaders(record, record.headers.with(a, [first[0], second[1]]).with(b, [second[0], first[1]]));
};

const reordered: Break = (record) => withHeaders(record, record.headers.toReversed());

const otherValue: Break = (record, random) => {
  const value = record.value ?? Buffer.alloc(0);
  const other = random.pick([
    () => null,
    () => Buffer.alloc(0),
    () => nasty.mutated(value, random),
    () => Buffer.concat([value, random.bytes(1 + random.small(100))]),
    () => Buffer.from(random.pick(nasty.json)),
    () => random.bytes(random.small(3000)),
  ]);
  return { ...record, value: other() };
};

const keyed: Break = (record, random) => ({ ...record, key: random.bytes(random.small(2000)) });
const elsewhere: Break = (record, random) => ({ ...record, partition: random.below(healthy.partitions) });

const breaks: readonly Break[] = [
  ...[replaced, replaced, replaced, dropped, twice, many, long, turned, turned, renamed],
  ...[exchanged, reordered, otherValue, otherValue, keyed, elsewhere],
];

/** A second break may mend the first, or hide it: then nobody knows what must become of it. */
function broken(record: WrittenRecord, random: Random): WrittenRecord {
  let count = 1 + random.small(3);
  let result = random.pick(breaks)(record, random);
  for (; count > 1 && result.headers.length > 0; count -= 1) {
    const { must: _, ...once } = random.pick(breaks)(result, random);
    result = once;
  }
  return result;
}

/** Packs of which the index lies. */
function hostilePack(random: Random): WrittenRecord {
  const contents = Array.from({ length: 1 + random.small(5) }, () => random.bytes(random.small(300)));
  const entries = contents.map((bytes) => {
    const entry = rawEntry(random, bytes);
    if (!random.chance(0.6)) return JSON.stringify(entry);
    const name = random.pick(Object.keys(entry));
    const how = random.below(4);
    if (how === 0) return random.pick(nasty.json);
    if (how === 1) return JSON.stringify({ ...entry, [name]: undefined });
    if (how === 2) return JSON.stringify({ ...entry, [name]: random.pick(othersOf(inPlaceOf, name)) });
    return JSON.stringify({ ...entry, [name]: '@' }).replace('"@"', random.pick(nasty.json));
  });
  const index = random.chance(0.9) ? `[${entries.join(',')}]` : random.pick(nasty.json);
  const files = random.chance(0.9) ? String(entries.length) : random.pick(nasty.numbers);
  return rawPack(random, index, Buffer.concat(contents), files);
}

/** Uploads that are never whole, of sizes that no disk has: they must cost what came of them, and no more. */
function hugeUpload(random: Random): WrittenRecord[] {
  const [first] = draftUpload(random);
  if (first === undefined || !first.headers.some(([name]) => name === 'offset')) return [];
  const huge = random.pick(['9007199254740991', '4398046511104', '1099511627776', '68719476736']);
  const offset = random.pick(['0', '1', '4096', '9007199254700000', '4398046500000', '68719470000']);
  const place = (name: string, text: string) => (header: readonly [string, Buffer]) =>
    header[0] === name ? ([name, Buffer.from(text)] as const) : header;
  return [{ ...first, headers: first.headers.map(place('size', huge)).map(place('offset', offset)) }];
}

/** Between 1 and a dozen records, in an order in which somebody might write them. */
function some(random: Random): readonly WrittenRecord[] {
  const way = random.below(20);
  if (way === 0) return [hostilePack(random)];
  if (way === 1) return hugeUpload(random);
  if (way === 2) return [random.pick(healthy.drafts)];
  if (way < 6) return [broken(random.pick(healthy.drafts), random)];
  const records = draftUpload(random);
  if (way < 8) return records;
  // Some of them broken, missing, twice, or in another order.
  return records.flatMap((record) => {
    if (random.chance(0.1)) return [];
    if (random.chance(0.1)) return [record, record];
    return [random.chance(0.5) ? broken(record, random) : record];
  });
}

export function hostileRecords(random: Random, count: number): WrittenRecord[] {
  const records: WrittenRecord[] = [];
  while (records.length < count) records.push(...some(random).filter((record) => !healthy.mayHarm(record)));
  return records.slice(0, count);
}
