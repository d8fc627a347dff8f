/** Records that are as they should be, of files that nobody has: what hostile ones are made of. */
import type { Header, NewRecord } from '../../../src/kafka/contract.ts';
import { checksumAlgorithms, digestOf } from '../../../src/records/checksum.ts';
import { encodeAbort, encodeCopy, encodeDelta } from '../../../src/records/file-record.ts';
import { encodeFolders } from '../../../src/records/folder-record.ts';
import { encodeHardLinks } from '../../../src/records/hard-link-record.ts';
import { encodeLinks } from '../../../src/records/link-record.ts';
import { encodeRemove } from '../../../src/records/remove-record.ts';
import { homeHeader, type Stripe, stripesHeaders } from '../../../src/records/stripes.ts';
import {
  type CraftedFile,
  craftedChunks,
  craftedClose,
  craftedFacts,
  craftedId,
  craftedPack,
} from '../../support/crafted.ts';
import { ids, names, paths } from '../nasty.ts';
import type { Random } from '../random.ts';
import * as healthy from './healthy.ts';
import { type WrittenRecord, written } from './written.ts';

/** A file that may collide with others of the same case in path, id or both. */
function anyFile(random: Random): CraftedFile {
  const isOdd = random.chance(0.2);
  return {
    uploader: random.chance(0.1)
      ? healthy.uploader
      : random.chance(0.2)
        ? random.pick(names)
        : random.pick(['shop', 'cam', 'link']),
    path: isOdd ? random.pick(paths) : `h/${random.below(60)}`,
    bytes: random.bytes(random.chance(0.02) ? random.small(200_000) : random.small(1500)),
    version: random.between(1, 3),
    checksum: random.pick(checksumAlgorithms),
    chunk: random.pick([1, 100, 500, 500, 2000]) || 500,
  };
}

const most = 12;

/** All records of an upload, or of a pack, as an uploader would write them: the beginning, where there would be very many. */
export function draftUpload(random: Random): WrittenRecord[] {
  const partition = random.below(healthy.partitions);
  const file = anyFile(random);
  if (random.chance(0.1)) return removals(random, partition);
  if (random.chance(0.05)) return links(random, partition);
  if (random.chance(0.07)) return striped(random, file, partition);
  if (random.chance(0.05)) return folders(random, partition);
  if (random.chance(0.01)) return hardLinks(random, partition);
  const records = (): Parameters<typeof written>[0][] => {
    try {
      if (random.chance(0.25)) {
        const others = Array.from({ length: random.small(6) }, () => ({
          ...anyFile(random),
          uploader: file.uploader ?? 'shop',
        }));
        return [craftedPack([file, ...others])];
      }
      const chunks = fewChunks(file);
      if (random.chance(0.1)) return [random.chance(0.5) ? copyOf(random, file) : abortOf(file)];
      if (random.chance(0.1)) return [...chunks.filter(() => random.chance(0.5)), deltaOf(random, file)];
      return [...chunks, random.chance(0.1) ? abortOf(file) : craftedClose(file)];
    } catch {
      // Names that no writer of ours would take; what is written by hand comes from others.
      return [];
    }
  };
  return records().map((record) => written(record, healthy.topic, partition));
}

function fewChunks(file: CraftedFile): NewRecord[] {
  return craftedChunks({
    ...file,
    chunk: Math.max(file.chunk ?? 500, Math.ceil(file.bytes.length / most)),
  });
}

/** An upload whose chunks stand in any partitions, often not where its closing record says. */
function striped(random: Random, file: CraftedFile, home: number): WrittenRecord[] {
  const places = healthy.partitions + 1;
  const withHeaders = (record: NewRecord, more: readonly Header[], partition: number): WrittenRecord =>
    written({ ...record, headers: [...(record.headers ?? []), ...more] }, healthy.topic, partition);
  const stripes = Array.from({ length: random.between(1, places) }, (_, partition): Stripe => {
    const [a, b] = [random.below(3000), random.below(3000)];
    return [partition, Math.min(a, b), Math.max(a, b)];
  });
  try {
    const chunks = fewChunks(file).map((chunk) => {
      const said = random.chance(0.9) ? home : random.below(places);
      return withHeaders(chunk, homeHeader(said), random.below(healthy.partitions));
    });
    return [...chunks, withHeaders(craftedClose(file), stripesHeaders(stripes), home)];
  } catch {
    return [];
  }
}

/** Names that went, of which some never were, and some come in a newer version. */
function removals(random: Random, partition: number): WrittenRecord[] {
  const { uploader = 'shop', ...first } = anyFile(random);
  const files = [first, ...Array.from({ length: random.small(6) }, () => anyFile(random))];
  const entries = files.map((file) => ({ path: file.path, upload: craftedId(file) }));
  try {
    return [written(encodeRemove(uploader, entries), healthy.topic, partition)];
  } catch {
    return [];
  }
}

/** Links to anywhere, in the place of files and of their folders. */
function links(random: Random, partition: number): WrittenRecord[] {
  const { uploader = 'shop', ...first } = anyFile(random);
  const files = [first, ...Array.from({ length: random.small(4) }, () => anyFile(random))];
  const entries = files.map((file) => {
    const target = random.pick(['x', '..', '../..', '../../canary', '/etc', '.', 'a/../..', ...paths]);
    return {
      path: file.path,
      upload: craftedId(file),
      target,
      mtime: '1700000000000000000',
    };
  });
  try {
    return [written(encodeLinks(uploader, entries), healthy.topic, partition)];
  } catch {
    return [];
  }
}

/** Folders in the place of files, with any permissions; the uploader's own among them. */
function folders(random: Random, partition: number): WrittenRecord[] {
  const { uploader = 'shop', ...first } = anyFile(random);
  const files = [first, ...Array.from({ length: random.small(4) }, () => anyFile(random))];
  const entries = files.map((file) => ({
    path: random.chance(0.1) ? '.' : file.path,
    upload: craftedId(file),
    mode: random.pick([0, 0o555, 0o755, 0o7777]),
    mtime: random.pick(['0', '-1', '1700000000123456789', '9'.repeat(28)]),
  }));
  try {
    return [written(encodeFolders(uploader, entries), healthy.topic, partition)];
  } catch {
    return [];
  }
}

/** Names that are to be one file with others, which are seldom alike. */
function hardLinks(random: Random, partition: number): WrittenRecord[] {
  const { uploader = 'shop' } = anyFile(random);
  const standing = () => {
    const file = anyFile(random);
    return { path: file.path, upload: craftedId(file), partition: random.below(4), last: random.below(50) };
  };
  const entries = Array.from({ length: random.between(1, 5) }, () => ({ ...standing(), of: standing() }));
  try {
    return [written(encodeHardLinks(uploader, entries), healthy.topic, partition)];
  } catch {
    return [];
  }
}

function abortOf(file: CraftedFile) {
  const { uploader = 'shop', path } = file;
  return encodeAbort({ uploader, path, upload: craftedId(file), reason: 'it changed' });
}

/** A version with the bytes of another upload, which stands there, or nowhere. */
function copyOf(random: Random, file: CraftedFile) {
  const { uploader = 'shop', path } = file;
  const other = random.chance(0.5) ? { ...file, version: random.between(1, 3) } : anyFile(random);
  const [a, b] = [random.below(3000), random.below(3000)];
  const of = { upload: craftedId(other), path: other.path, partition: random.below(healthy.partitions + 1) };
  const range = { first: Math.min(a, b), last: Math.max(a, b) };
  return encodeCopy({
    uploader,
    path,
    upload: craftedId(file),
    ...craftedFacts(file),
    of: { ...of, ...range },
  });
}

/** A version with ranges of others, which stand there, or nowhere, or are not as long. */
function deltaOf(random: Random, file: CraftedFile) {
  const { uploader = 'shop', path } = file;
  const versioned = { ...file, version: random.between(2, 4) };
  const { size } = craftedFacts(file);
  const other = random.chance(0.7) ? { ...file, version: 1 } : anyFile(random);
  const of = { upload: craftedId(other), path: other.path, size: other.bytes.length };
  const [a, b] = [random.below(3000), random.below(3000)];
  const place = { partition: random.below(healthy.partitions), first: Math.min(a, b), last: Math.max(a, b) };
  const ranges = [];
  for (let offset = random.small(100); offset < size && ranges.length < most; ) {
    const length = Math.min(size - offset, of.size, random.between(1, 700));
    if (length === 0) break;
    const from = random.below(of.size - length + 1);
    ranges.push({ offset, length, at: random.below(of.size - length + 1), source: 0, from });
    offset += length + random.small(100);
  }
  return encodeDelta({
    uploader,
    path,
    upload: craftedId(versioned),
    ...craftedFacts(file),
    parts: { base: { ...of, digest: craftedFacts(other).digest }, sources: [{ ...of, ...place }], ranges },
    index: random.chance(0.5) ? new Uint8Array(0) : random.bytes(random.small(100)),
  });
}

/** A pack whose index is written by hand. */
export function rawPack(random: Random, index: string, contents: Buffer, files: string): WrittenRecord {
  const text = Buffer.from(`${index}\n`);
  const headers = {
    sluice: '1',
    kind: 'pack',
    uploader: random.pick(['shop', 'cam', 'link']),
    files,
    index: String(text.length),
  };
  return {
    topic: healthy.topic,
    partition: random.below(healthy.partitions),
    key: null,
    headers: Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)] as const),
    value: Buffer.concat([text, contents]),
  };
}

/** One entry of an index as an object whose fields may be anything. */
export function rawEntry(random: Random, bytes: Buffer): Record<string, unknown> {
  return {
    path: random.chance(0.3) ? random.pick(paths) : `h/${random.below(60)}`,
    upload: random.chance(0.2) ? random.pick(ids) : craftedId({ path: String(random.below(100)) }),
    size: bytes.length,
    digest: digestOf('md5', bytes),
    mtime: '1700000000000000000',
    mode: '0644',
  };
}
