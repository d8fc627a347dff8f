/**
 * Of what a file is made that was sent as a delta (FORMAT.md, "Delta"): which of its ranges are those of former uploads, and where on the topic these stand. What no
 * range names came in chunks of its own. Values and JSON; no I/O. Trusts nothing: a reader may do as a decoded value says.
 */
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import { algorithmOf } from './checksum.ts';
import type { CopySource } from './copy-source.ts';
import { pathFault } from './path.ts';
import { copySource } from './places-json.ts';
import { isUploadId } from './upload-id.ts';

/** Of one delta at the most: they bound what a reader does for one record. */
export const rangesLimit = 4096;
export const sourcesLimit = 64;

const whole = z.number().int().nonnegative();

/** An upload that was sent in chunks: all of its records stand in `partition`, at Kafka offsets `first` to `last`. */
const partSource = copySource.extend({ size: whole });
export interface PartSource extends CopySource {
  readonly size: number;
}

/** `length` bytes at `offset` of the file are those at `at` of the base, and those at `from` of a source, by its number. */
const range = z
  .tuple([whole, whole, whole, whole, whole])
  .transform(([offset, length, at, source, from]) => ({ offset, length, at, source, from }));
export interface PartRange {
  readonly offset: number;
  readonly length: number;
  readonly at: number;
  readonly source: number;
  readonly from: number;
}

const shape = z.object({
  base: z.object({ upload: z.string(), path: z.string(), size: whole, digest: z.string() }),
  sources: z.array(partSource).min(1).max(sourcesLimit),
  ranges: z.array(range).min(1).max(rangesLimit),
});

/** The version that the file was compared with, as a reader may have it under its name, and whose bytes stand where. */
export interface DeltaParts {
  readonly base: {
    readonly upload: string;
    readonly path: string;
    readonly size: number;
    readonly digest: string;
  };
  readonly sources: readonly PartSource[];
  /** In the order of the file. */
  readonly ranges: readonly PartRange[];
}

const lineFeed = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON, ended by a line feed. */
export function encodeDeltaParts({ base, sources, ranges }: DeltaParts): Uint8Array {
  return Buffer.from(`${JSON.stringify({ base, sources, ranges: ranges.map(tupleOf) })}\n`);
}

function tupleOf({ offset, length, at, source, from }: PartRange) {
  return [offset, length, at, source, from] as const;
}

export function decodeDeltaParts(value: Uint8Array): DeltaParts {
  if (value.at(-1) !== lineFeed) throw new FormatError('the parts of a delta do not end with a line feed');
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(value));
  } catch (cause) {
    throw new FormatError('the parts of a delta are not JSON in UTF-8', { cause });
  }
  return deltaPartsOf(json);
}

/** Parts as {@link partsJson} keeps them. Throws FormatError for what has not their shape. */
export function deltaPartsOf(json: unknown): DeltaParts {
  const checked = shape.safeParse(json);
  if (!checked.success)
    throw new FormatError('the parts of a delta have not their shape', { cause: checked.error });
  return checked.data;
}

/** What {@link deltaPartsOf} reads. */
export function partsJson(parts: DeltaParts): unknown {
  return { ...parts, ranges: parts.ranges.map(tupleOf) };
}

/** Throws FormatError unless a record of this upload, of a file of `size` bytes, may say this. Writers and readers ask the same. */
export function checkDeltaParts({ base, sources, ranges }: DeltaParts, upload: string, size: number): void {
  checkFormer(base, upload);
  algorithmOf(base.digest);
  if (sources.length === 0 || sources.length > sourcesLimit)
    throw new FormatError(`a delta of ${sources.length} uploads, 1 to ${sourcesLimit} are allowed`);
  if (ranges.length === 0 || ranges.length > rangesLimit)
    throw new FormatError(`a delta of ${ranges.length} ranges, 1 to ${rangesLimit} are allowed`);
  const ids = new Set<string>();
  for (const source of sources) {
    checkFormer(source, upload);
    const { first, last, partition } = source;
    if (!(first <= last)) throw new FormatError(`a delta of records ${first} to ${last}`);
    if (partition !== sources[0]!.partition) throw new FormatError('a delta of several partitions');
    ids.add(source.upload);
  }
  if (ids.size < sources.length) throw new FormatError('a delta that names an upload twice');
  let end = 0;
  for (const { offset, length, at, source, from } of ranges) {
    const of = sources[source];
    const isRight =
      [offset, length, at, from].every(Number.isSafeInteger) && length > 0 && at >= 0 && from >= 0;
    if (!isRight || of === undefined) throw new FormatError('a range of a delta that is none');
    if (offset < end) throw new FormatError(`ranges of a delta overlap, or are out of order, at ${offset}`);
    end = offset + length;
    if (end > size || at + length > base.size || from + length > of.size)
      throw new FormatError(`a range of ${length} bytes at ${offset} goes past its file's size`);
  }
}

function checkFormer(
  { upload: former, path, size }: { readonly upload: string; readonly path: string; readonly size: number },
  upload: string,
): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw new FormatError(`a delta of a wrong name: ${fault}`);
  // So nothing is made of itself, nor in a circle.
  if (!isUploadId(former) || former >= upload) throw new FormatError('a delta of what is no former upload');
  if (!Number.isSafeInteger(size) || size < 0) throw new FormatError(`a delta of a file of ${size} bytes`);
}

/** The least Kafka offset of a record with bytes of one of its sources. */
export function sinceOf({ sources }: DeltaParts): number {
  return sources.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY);
}
