/** The files that must arrive whatever stands beside them, and what a stranger can do to them without being one of their uploader's. */
import type { NewRecord } from '../../../src/kafka/contract.ts';
import { digestOf } from '../../../src/records/checksum.ts';
import { isNamesKind } from '../../../src/records/names-record.ts';
import { type CraftedFile, craftedId, craftedPack, craftedUpload } from '../../support/crafted.ts';
import { Random } from '../random.ts';
import { textOf, type WrittenRecord, written } from './written.ts';

export const uploader = 'healthy';
export const topic = 'files';
export const partitions = 3;

const random = new Random('healthy');
const sizes = [0, 1, 499, 500, 501, 1000, 2600, 7001];
const names = [
  'empty',
  'one',
  'a b.txt',
  'dir/chunk',
  'dir/two',
  'd/e/f/g',
  '\u20ac\u00e9\u2603',
  'large.bin',
];

/** Of chunks of 500 bytes, and of packs. */
export const files: readonly CraftedFile[] = names.map((path, index) => ({
  path,
  bytes: random.bytes(sizes[index]!),
  uploader,
  checksum: (['md5', 'sha256', 'crc64nvme'] as const)[index % 3]!,
}));
export const packed: readonly CraftedFile[] = ['p1', 'p/2', 'p/3', 'dir/packed'].map((path, index) => ({
  path,
  bytes: random.bytes(index * 100),
  uploader,
}));

export const all: readonly CraftedFile[] = [...files, ...packed];

/** Path -> bytes. */
export const expected: ReadonlyMap<string, Uint8Array> = new Map(all.map(({ path, bytes }) => [path, bytes]));

/** Upload's id -> path, and the partition of its records. */
const uploads = new Map(
  files.map((file, index) => [craftedId(file), { path: file.path, partition: index % partitions }]),
);

/** Of these the first record stands before all that is hostile: others know their ids. */
const begun: WrittenRecord[] = [];
const later: WrittenRecord[] = [];
for (const [index, file] of files.entries()) {
  const records = craftedUpload(file).map((record) => written(record, topic, index % partitions));
  const isKnown = index % 2 === 1;
  begun.push(...records.slice(0, isKnown ? 1 : 0));
  later.push(...records.slice(isKnown ? 1 : 0));
}
later.push(written(craftedPack(packed), topic, 1));

/** What stands before all else, and what stands among the rest, in this order. */
export const records = { begun, later } as const;

const verbatim = new Set([...begun, ...later].map((record) => fingerprint(record)));

function fingerprint({ headers, value }: WrittenRecord): string {
  const parts = headers.flatMap(([name, bytes]) => [Buffer.from(name), bytes]);
  return digestOf('md5', Buffer.concat([...parts, value ?? Buffer.alloc(0)]));
}

/**
 * True for a record that a healthy file may rightly suffer from. Nothing on a topic proves who wrote it: whoever writes under another
 * uploader's name, for the very upload or for a newer version, is that uploader. Whatever less he does must not matter.
 */
export function mayHarm(record: WrittenRecord): boolean {
  if (verbatim.has(fingerprint(record))) return false;
  const claims = record.headers.filter(([name]) => name === 'uploader').map(([, value]) => value.toString());
  const isOurs = claims.includes(uploader);
  const kind = textOf(record, 'kind');
  if (kind === 'pack' || isNamesKind(kind ?? '')) return isOurs;
  const [path, upload] = [textOf(record, 'path') ?? '', textOf(record, 'upload') ?? ''];
  const owner = uploads.get(upload);
  if (owner !== undefined && (!isOurs || owner.path !== path)) {
    // An id is known once its first record is there; before that nobody can guess it.
    const index = files.findIndex((file) => file.path === owner.path);
    if (index % 2 === 0 || owner.partition !== record.partition) return true;
  }
  if (!isOurs) return false;
  if (owner?.path === path) return true;
  // A file where a folder must be, or the other way round.
  const isInTheWay = all.some((file) => file.path.startsWith(`${path}/`) || path.startsWith(`${file.path}/`));
  return isInTheWay || (expected.has(path) && kind !== 'chunk');
}

/** The healthy records as drafts for what is hostile. */
export const drafts: readonly WrittenRecord[] = [...begun, ...later];

export type { NewRecord };
