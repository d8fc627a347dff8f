/** Where a reader of live media begins, so that what it shows at once is what others show who have read for long. Pure. */
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexEntry } from '../../records/live-index.ts';

/** Offsets of one partition of `L`, the second behind the last. */
export interface Span {
  readonly stream: string;
  readonly partition: number;
  readonly first: number;
  readonly next: number;
  /** When the first of its segments was captured: microseconds. Offsets prove nothing on a topic that was copied; times do. */
  readonly begins: number;
  /** When the last of its segments was captured: microseconds. */
  readonly captured: number;
}

/**
 * Remembers of each stream what its window needs: the newest segments of its present programme, by the index.
 */
export class WindowSpans {
  readonly #window: number;
  readonly #segments = new Map<string, { first: number; next: number; captured: number }[]>();
  readonly #claims = new Map<string, StreamClaim>();

  /** `window`: microseconds that are to be shown, with what is kept behind that. */
  constructor(window: number) {
    this.#window = window;
  }

  onIndex(entry: IndexEntry): void {
    if (entry.kind === 'end') {
      this.#segments.delete(entry.stream);
      return;
    }
    const segments = this.#segments.get(entry.stream) ?? [];
    this.#segments.set(entry.stream, segments);
    segments.push(entry);
    const least = entry.captured - this.#window;
    while (segments.length > fewest && segments[1]!.captured < least) segments.shift();
  }

  onClaim(stream: string, claim: StreamClaim | undefined): void {
    if (claim === undefined) this.#claims.delete(stream);
    else this.#claims.set(stream, claim);
  }

  /** What must be read of streams whose newest segments were captured before `time`, microseconds. */
  before(time: number): Span[] {
    const spans: Span[] = [];
    for (const [stream, claim] of this.#claims) {
      const segments = this.#segments.get(stream) ?? [];
      const known = segments.filter(({ first, next }) => first >= 0 && next > first);
      const oldest = known[0];
      // Later ones are read with everything else; others may have filled the time between.
      const newest = known.findLast(({ captured }) => captured < time);
      if (claim.state === 'ended' || oldest === undefined || newest === undefined) continue;
      const { next, captured } = newest;
      const { first, captured: begins } = oldest;
      spans.push({ stream, partition: claim.partition, first, next, begins, captured });
    }
    return spans;
  }
}

/** Segments that are kept however long they last: as many as windows keep at least, and some more. */
const fewest = 14;
