/** One small fault that is put into a file, and what is told of it. */

export interface Mutant {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  /** Characters `[start, end)` of the file's text are replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** From 1. */
  readonly line: number;
  /** The whole line as it is, without what surrounds it. */
  readonly lineText: string;
  /** `was -> becomes`, on one line. */
  readonly change: string;
}

/** The text with the fault in it. */
export function applied({ start, end, replacement }: Mutant, text: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

const longest = 60;

/** On one line, and of bearable length. */
export function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 3)}...`;
}
