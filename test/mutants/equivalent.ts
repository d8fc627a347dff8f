/** Mutants that no test can tell from the code as it is, each with the reason. */
import type { Mutant } from './mutant.ts';

export interface Equivalent {
  readonly path: string;
  /** The line as it is, without what surrounds it. */
  readonly line: string;
  /** As it is printed. Undefined: every mutant of the line. */
  readonly change?: string;
  readonly because: string;
}

export const equivalents: readonly Equivalent[] = [];

export function isAbout({ path, line, change }: Equivalent, mutant: Mutant): boolean {
  return (
    path === mutant.path && line === mutant.lineText && (change === undefined || change === mutant.change)
  );
}
