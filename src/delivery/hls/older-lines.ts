/**
 * The lines of what is older than the window, in blocks. A block begins at a multiple of its size, so that all who begin in the past
 * share the blocks behind their first; it is written anew only when what it is about has changed.
 */
import { indexOf, type Listed, newestEpoch, type OlderSegments, withoutHoles } from './line-up.ts';
import { type Block, blockOf } from './pieces.ts';
import { pushSegment } from './segment-lines.ts';

/** Media sequence numbers of a block. */
export const blockSize = 256;

/** What a block was written of: as long as all of it is the same, so are its lines. */
interface Written extends Block {
  readonly count: number;
  readonly last: Listed;
  readonly before: Listed | undefined;
  readonly epoch: number | undefined;
}

/** By the first segment that they are about, and by whose they are. */
const written = new WeakMap<Listed, Map<string, Written>>();

/** `target`: of segments, microseconds. */
export function olderLines({ known, from, to, apart = '' }: OlderSegments, target: number): readonly Block[] {
  const blocks: Block[] = [];
  let epoch: number | undefined;
  for (let at = from; at < to; ) {
    const next = (Math.floor(known[at]!.media / blockSize) + 1) * blockSize;
    const end = Math.min(to, indexOf(known, next));
    const before = at === from ? undefined : known[at - 1];
    blocks.push(blockFor(known, at, end, { before, epoch, target, apart }));
    epoch = newestEpoch({ known, from: at, to: end }) ?? epoch;
    at = end;
  }
  return blocks;
}

interface Surroundings {
  readonly before: Listed | undefined;
  readonly epoch: number | undefined;
  readonly target: number;
  readonly apart: string;
}

function blockFor(
  known: readonly Listed[],
  at: number,
  end: number,
  { before, epoch, target, apart }: Surroundings,
): Block {
  const first = known[at]!;
  const [count, last] = [end - at, known[end - 1]!];
  const there = written.get(first)?.get(apart);
  if (there?.count === count && there.last === last && there.before === before && there.epoch === epoch)
    return there;
  const slice = known.slice(before === undefined ? at : at - 1, end);
  const block = {
    ...blockOf(linesOf(withoutHoles(slice, target), before, epoch)),
    count,
    last,
    before,
    epoch,
  };
  // What somebody's list begins with, anywhere, is his alone: remembered, it would be kept for each place that one may name.
  if (before === undefined) return block;
  const blocks = written.get(first) ?? new Map<string, Written>();
  written.set(first, blocks);
  blocks.set(apart, block);
  return block;
}

function linesOf(segments: readonly Listed[], before: Listed | undefined, epoch: number | undefined): string {
  const lines: string[] = [];
  let inForce = epoch;
  for (let index = before === undefined ? 0 : 1; index < segments.length; index += 1) {
    const segment = segments[index]!;
    pushSegment(lines, segment, { before: segments[index - 1], epoch: inForce, withParts: false });
    if (!segment.gap) inForce = segment.epoch;
  }
  return `${lines.join('\n')}\n`;
}
