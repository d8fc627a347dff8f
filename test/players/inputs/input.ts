/** What is published, and what whoever plays it is to see. */
import type { Expected } from '../judge.ts';

export interface MadeInput {
  /** A file, or one that a sender sends at `pace` bytes a second. */
  readonly path: string;
  readonly pace?: number;
}

export interface Input {
  readonly name: string;
  /** What it is, in a line of the page. */
  readonly about: string;
  readonly expected: Expected;
  /** Of `sluice live publish`. */
  readonly options?: readonly string[];
  /** Players begin when the stream has so many whole segments. Default 3, which players go back. */
  readonly segments?: number;
  /** Makes it in an empty folder; some can be made shorter than {@link length}. */
  make(folder: string, seconds?: number): Promise<MadeInput>;
}

/** Seconds: long enough for players that begin late, and that are slow to begin. */
export const length = 60;
/** Second at which something happens, where it does: all players have begun by then. */
export const eventAt = 18;
export const seed = 10;
