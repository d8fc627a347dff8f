/** Sequence numbers of SRT's data packets: 31 bits, 0 follows on 2147483647 (draft-sharabayko-srt, 3.1). */

const mask = 0x7fffffff;

/** The number `count` behind `sequence`; before it where `count` is negative. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) & mask;
}

/** How far `to` is behind `from`; negative where it is before it. The nearer way round counts. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 1) >> 1;
}
