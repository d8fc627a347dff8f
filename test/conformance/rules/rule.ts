/** One thing that a server of low-latency HLS must do. */
import type { Evidence, Observed } from '../evidence.ts';
import type { SegmentLines } from '../playlist.ts';

export interface Rule {
  /** Stays the same for good: faults, tests and reports name it. */
  readonly id: string;
  readonly says: string;
  /** Where that is written: sections are those of draft-pantos-hls-rfc8216bis. */
  readonly source: string;
  /** It goes by a clock: on a machine that has much else to do it may be broken by that. */
  readonly timed?: true;
  /** What speaks against it; nothing: it is kept. Undefined: nothing was seen that it is about. Pure. */
  readonly judge: (evidence: Evidence) => readonly string[] | undefined;
}

/** All playlists that came with status 200, of all renditions. */
export function allObserved({ renditions }: Evidence): readonly Observed[] {
  return renditions.flatMap(({ observed }) => observed.filter(({ answer }) => answer.status === 200));
}

/** Complaints about each playlist, with where they are from; the same complaint once. */
export function ofEach(
  evidence: Evidence,
  judge: (observed: Observed) => readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const observed of allObserved(evidence)) {
    const place = nameOf(observed.answer.url);
    for (const complaint of judge(observed)) found.add(`${place}: ${complaint}`);
  }
  return [...found];
}

/** A URL without its host and directives. */
export function nameOf(url: string): string {
  return new URL(url).pathname;
}

/** What several playlists said of it, each different text once. */
export function different(texts: readonly (string | number | undefined)[]): readonly string[] {
  return [...new Set(texts.map((text) => String(text)))];
}

/** Every segment that was listed, each as it was listed at last. */
export function lastSeen(observed: readonly Observed[]): ReadonlyMap<number, SegmentLines> {
  const segments = new Map<number, SegmentLines>();
  for (const { playlist } of observed) {
    for (const segment of playlist.segments) segments.set(segment.media, segment);
  }
  return segments;
}

/** Whether `one` is at least `least`, but for what decimals lose. */
export function atLeast(one: number, least: number): boolean {
  return one >= least - 1e-4;
}
