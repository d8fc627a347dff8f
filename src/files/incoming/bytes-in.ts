/** PURE. Whose records on the topic have the bytes of a file, and which of their bytes are which of its own. */
import type { DeltaParts, PartRange } from '../../records/delta-parts.ts';
import type { Chunk } from '../../records/file-record.ts';

/** One upload whose chunks have bytes of a file. */
export interface BytesIn {
  /** What the chunks say: the upload's id, its path where that matters, and its size. */
  readonly upload: string;
  readonly path: string | undefined;
  readonly size: number;
  /** Where they stand, from the first to the last; undefined: to the end. */
  readonly at: readonly (readonly [partition: number, first: number, last: number | undefined])[];
  /** A record says that they stand there: true on the cluster that it was written on, and on a copy of its topic perhaps not. */
  readonly isTold: boolean;
  /** What of it the file has, by where it is taken from; undefined: all, at the same offsets. */
  readonly ranges?: readonly PartRange[];
}

/** The former uploads of which a delta has ranges. */
export function bytesInParts({ sources, ranges }: DeltaParts): BytesIn[] {
  return sources.map(({ upload, path, size, partition, first, last }, number) => ({
    upload,
    path,
    size,
    at: [[partition, first, last]],
    isTold: true,
    ranges: ranges.filter(({ source }) => source === number).toSorted((a, b) => a.from - b.from),
  }));
}

/** What a file has of a chunk of such an upload: views, each with the offset at which it stands in the file. */
export function piecesOf(
  { ranges }: Pick<BytesIn, 'ranges'>,
  { offset, bytes }: Pick<Chunk, 'offset' | 'bytes'>,
): Pick<Chunk, 'offset' | 'bytes'>[] {
  if (ranges === undefined) return [{ offset, bytes }];
  const found: Pick<Chunk, 'offset' | 'bytes'>[] = [];
  const end = offset + bytes.length;
  for (const range of ranges) {
    if (range.from >= end) break;
    const start = Math.max(offset, range.from);
    const until = Math.min(end, range.from + range.length);
    if (start >= until) continue;
    const at = range.offset + (start - range.from);
    found.push({ offset: at, bytes: bytes.subarray(start - offset, until - offset) });
  }
  return found;
}
