/** What the process that tries mutants is asked, and what it answers. */
import type { Mutant } from './mutant.ts';

/** `mutant` undefined: the tests as they are. */
export interface Trial {
  readonly mutant: Mutant | undefined;
  /** Test files, relative to the project's folder; tried in this order, up to the first failure. */
  readonly tests: readonly string[];
}

/** Sent before the verdict, at each test file that is begun. */
export interface Begun {
  readonly begun: string;
}

export interface Verdict {
  /** The test that failed, or undefined: the mutant lives. */
  readonly killedBy: string | undefined;
  /** Something threw that no test waited for: it may be of the mutant before. */
  readonly isStray: boolean;
  /** Milliseconds by test file. */
  readonly times: readonly (readonly [file: string, milliseconds: number])[];
  readonly error: string;
}
