/** What of remembered ranges a temporary file can hold. Pure. */
import type { ByteRange } from './contract.ts';

/** The parts of sorted ranges below `size`. */
export function rangesWithin(ranges: readonly ByteRange[], size: number): ByteRange[] {
  const within = ranges.map(([start, end]): ByteRange => [start, Math.min(end, size)]);
  return within.filter(([start, end]) => start < end);
}
