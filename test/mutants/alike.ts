/** What no test could tell from the code: one mutant of a line, or all of them. */

export interface Equivalent {
  readonly path: string;
  /** The line as it is, without what surrounds it. */
  readonly line: string;
  /** As it is printed. Undefined: every mutant of the line. */
  readonly change?: string;
  readonly because: string;
}

/** Some mutants of a line, or without any: all of them. */
export function alike(
  path: string,
  line: string,
  because: string,
  ...changes: readonly string[]
): readonly Equivalent[] {
  if (changes.length === 0) return [{ path, line, because }];
  return changes.map((change) => ({ path, line, change, because }));
}
