/**
 * A block of the journal of an exported place, as a server takes it. What stands there is input, whoever wrote it: it is bounded, and what no
 * exporter writes is refused as a whole. Pure.
 */
import { FormatError } from '../../errors.ts';
import type { IndexedEnd, IndexedSegment } from '../../records/live-index.ts';
import { type Epoch, mustGoOn, readBlock } from '../export/catalogue.ts';

export interface PlacedBlock {
  readonly number: number;
  /** Of its text: what is made of it takes some as many. */
  readonly bytes: number;
  /** One at least. */
  readonly segments: readonly IndexedSegment[];
  readonly epochs: readonly Epoch[];
  readonly end: IndexedEnd | undefined;
}

/** Bytes: 256 segments in four renditions take 110,000. */
export const largestBlock = 1024 * 1024;
/** They are named by eight digits. */
export const mostBlocks = 100_000_000;

/** Undefined: it has no segment yet. Throws FormatError, which names it as it is `shown`. */
export function parseBlock(
  stream: string,
  number: number,
  bytes: Buffer,
  shown: string,
): PlacedBlock | undefined {
  // Where files are seen while they are written, the last line may be cut off.
  const items = readBlock(stream, bytes.subarray(0, bytes.lastIndexOf('\n') + 1).toString(), shown);
  mustGoOn(undefined, items, shown);
  const segments: IndexedSegment[] = [];
  const epochs: Epoch[] = [];
  let end: IndexedEnd | undefined;
  for (const item of items) {
    if (!('kind' in item)) epochs.push(item);
    else if (item.kind === 'end') end = item;
    else segments.push(item);
  }
  if (segments.some((segment, at) => at > 0 && !goesOn(segments[at - 1]!, segment))) throw strange(shown);
  return segments.length === 0 ? undefined : { number, bytes: bytes.length, segments, epochs, end };
}

/** Whether the second may stand right behind the first. */
export function goesOn(before: IndexedSegment, segment: IndexedSegment): boolean {
  return (
    segment.media === before.media + 1 &&
    segment.epoch >= before.epoch &&
    segment.discontinuities >= before.discontinuities
  );
}

/** Whether two entries are of one segment: of two streams by one name, no two pictures were taken in the same microsecond. */
export function isSame(one: IndexedSegment | undefined, other: IndexedSegment | undefined): boolean {
  return (
    one !== undefined &&
    one.media === other?.media &&
    one.epoch === other.epoch &&
    one.captured === other.captured
  );
}

export function strange(shown: string): FormatError {
  return new FormatError(`${shown} is not what an export writes there`);
}
