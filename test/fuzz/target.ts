/** What is fuzzed: a maker of hostile cases, and a judge of what came of one. */
import type { Random } from './random.ts';

/**
 * A case is a list of inputs; the judge adds what is healthy, runs the real code on both, and says what is wrong. Any part of a case
 * is a case, so that one that fails can be made smaller without knowing what it means.
 */
export interface Target<Item = unknown> {
  readonly name: string;
  /** What is counted: records, requests, frames. */
  readonly unit: string;
  /** Inputs of a short run, as it stands in `npm test`. */
  readonly short: number;
  /** Milliseconds that a case may take at the most, on a busy machine. */
  readonly limit: number;
  /** Bytes of resident memory that the process may come to, all cases together. */
  readonly memory: number;
  make(random: Random): readonly Item[];
  /** How many of the unit a case has. */
  count(items: readonly Item[]): number;
  /** Sentences about what is wrong; none: all is well. Whatever it throws is wrong, too. */
  judge(items: readonly Item[]): Promise<readonly string[]>;
  /** Gives back what all cases share. */
  close(): Promise<void>;
}

/** Of all targets, in bytes: the bar of the project. */
export const mostMemory = 300 * 1000 * 1000;
