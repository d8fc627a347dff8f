/** What was seen of a server: all that rules judge. Pure data. */
import type { Answer } from './ask.ts';
import type { MediaPlaylist, MultivariantPlaylist, Newest } from './playlist.ts';

/** A media playlist as it came. */
export interface Observed {
  readonly answer: Answer;
  readonly text: string;
  readonly playlist: MediaPlaylist;
  /** What was waited for; undefined: nothing. `part` -1: the whole segment. */
  readonly asked: Newest | undefined;
}

/** A rendition, followed as a player would: each request waits for the next part. */
export interface Followed {
  readonly url: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly observed: readonly Observed[];
}

/** A part that was asked for as soon as it was hinted. */
export interface Hinted {
  readonly url: string;
  readonly answer: Answer;
  /** When the first playlist that lists it was there: milliseconds of the steady clock. Undefined: none was seen. */
  readonly listedAt: number | undefined;
}

/** A segment, and its parts in their order. */
export interface JoinedSegment {
  readonly url: string;
  readonly answer: Answer;
  readonly parts: readonly Answer[];
}

/** A part that a playlist lists, with its bytes and those of its MAP. */
export interface ListedPart {
  readonly url: string;
  readonly independent: boolean;
  readonly answer: Answer;
  readonly init: Answer | undefined;
}

/** Single questions, and how they were answered. */
export interface Probes {
  /** `_HLS_msn` alone, of the segment that is open. */
  readonly wholeSegment: Observed;
  /** A part behind the last of the segment that is open: means the first of the next. `asked` is the latter. */
  readonly pastEnd: Observed;
  /** A segment and part that were listed long ago. */
  readonly old: Observed;
  readonly partAlone: Answer;
  readonly segmentTooFar: Answer;
  readonly partTooFar: Answer;
  readonly noNumber: Answer;
  readonly full: Observed;
  /** Asked for together with `full`. */
  readonly delta: Observed;
  readonly unknownPart: Answer;
  /** Without directives: from another origin, and by somebody who takes gzip. */
  readonly bare: Observed;
  readonly zipped: Answer;
  /** A part of the oldest segment whose parts were listed at the beginning, asked for at the end. */
  readonly droppedPart: Answer | undefined;
}

/** The same request to two servers. */
export interface Pair {
  readonly one: Answer;
  readonly other: Answer;
}

export interface Evidence {
  readonly multivariant: Answer;
  readonly announced: MultivariantPlaylist;
  /** The first is looked at more closely. Never empty. */
  readonly renditions: readonly Followed[];
  readonly probes: Probes;
  readonly inits: readonly Answer[];
  readonly hinted: readonly Hinted[];
  readonly parts: readonly ListedPart[];
  readonly segments: readonly JoinedSegment[];
  /** Undefined: there is no second server. */
  readonly pairs: readonly Pair[] | undefined;
}
