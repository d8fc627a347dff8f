/**
 * One list of what Kafka holds and of what an exported place has before that. Numbers, epochs and discontinuities are the stream's, so that what
 * retention took from the one comes from the other without anybody seeing a change. Pure.
 */
import type { IndexedEnd, IndexedSegment } from '../../records/live-index.ts';
import { indexOf, lastUnbroken } from '../hls/line-up.ts';
import { isSame } from './placed-block.ts';

/** Undefined: they never had a number in common. */
export type Proof = 'same' | 'another' | undefined;

export interface JoinOptions {
  /** What Kafka holds of the present programme. */
  readonly own: readonly IndexedSegment[];
  /** What the place has, and whether it is over. */
  readonly placed: readonly IndexedSegment[];
  readonly end: IndexedEnd | undefined;
  /** What was seen before of whether the place is of this programme. */
  readonly proof: Proof;
  /** When the programme began, as its claim says: microseconds. */
  readonly began: number;
  /** Microseconds that viewers may go back. */
  readonly rewind: number;
  /** What was listed before, where the place is to be asked again whether it has that by now. */
  readonly bridge: readonly IndexedSegment[];
}

export interface Joined {
  /** `own` itself where the place adds nothing. */
  readonly list: readonly IndexedSegment[];
  readonly proof: Proof;
  /** Why the place adds nothing, though it should: it is of another stream of this name, or too much is missing in between. */
  readonly fault?: 'another' | 'hole';
}

/** Numbers that are compared where both have some. */
const compared = 64;
/** Microseconds by which clocks of publishers may differ. */
const tolerated = 10_000_000;

export function joinLists(options: JoinOptions): Joined {
  const { own, placed, end, rewind, bridge } = options;
  const [oldest, last] = [own[0], placed.at(-1)];
  const seam = oldest?.media ?? Number.POSITIVE_INFINITY;
  // An export is of one programme, and this is a later one.
  if (last === undefined || (end !== undefined && end.media <= seam && oldest !== undefined))
    return { list: own, proof: undefined };
  const proof = options.proof === 'same' ? 'same' : (compare(options) ?? options.proof);
  if (proof === 'another' || (proof === undefined && !couldFollow(options)))
    return { list: own, proof, fault: 'another' };
  const newest = own.at(-1) ?? last;
  const least = Math.max(newest.captured - rewind, sinceOf(options));
  const before = placed.slice(0, indexOf(placed, seam));
  const between = bridge.filter(({ media }) => media > last.media && media < seam);
  const older = [...before, ...between];
  const edge = older.at(-1);
  if (edge === undefined) return { list: own, proof };
  if (oldest !== undefined && edge.epoch > oldest.epoch) return { list: own, proof, fault: 'another' };
  if (oldest !== undefined && lastUnbroken([edge, oldest]) > 0) return { list: own, proof, fault: 'hole' };
  const first = older.findIndex(({ captured }) => captured >= least);
  return { list: first === -1 ? own : [...older.slice(first), ...own], proof };
}

/** By what both have: they agree, or are two streams of one name. */
function compare({ own, placed }: JoinOptions): Proof {
  const [oldest, last] = [own[0], placed.at(-1)!];
  if (oldest === undefined || last.media < oldest.media) return undefined;
  // The place may be ahead of a server that still reads the index.
  const common = indexOf(placed, own.at(-1)!.media + 1);
  const newest = placed.slice(Math.max(0, common - compared), common);
  // Not each: where two publishers overlapped, the place has kept the first one's (ADR 279).
  const isOne = newest.some((one) => isSame(one, own[indexOf(own, one.media)]));
  return isOne ? 'same' : 'another';
}

/** Whether what the place has may be the beginning of what Kafka has, as far as can be told without a number in common. */
function couldFollow({ own, placed, began }: JoinOptions): boolean {
  const [oldest, last] = [own[0], placed.at(-1)!];
  if (last.captured < began - tolerated) return false;
  return (
    oldest === undefined ||
    (last.epoch <= oldest.epoch &&
      last.discontinuities <= oldest.discontinuities &&
      last.captured <= oldest.captured + tolerated)
  );
}

/** What was taken before the programme began is of another one by its name, of a topic that was made anew. Where clocks were wrong, that says nothing. */
function sinceOf({ own, placed, began }: JoinOptions): number {
  const since = began - tolerated;
  return (own[0] ?? placed.at(-1)!).captured >= since ? since : 0;
}
