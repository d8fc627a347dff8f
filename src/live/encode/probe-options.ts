/**
 * FFmpeg's options for an input, without those that ffprobe does not have: those of the program (`-ss`, `-t`, `-r`, `-re`), of which no list is kept, for
 * ffprobe says which one it stumbled on. Pure.
 */

/** The same options without the one that ffprobe complained of; undefined: it complained of something else. */
export function withoutUnknown(options: readonly string[], complaint: string): string[] | undefined {
  const name = /for option '([^']+)': Option not found/.exec(complaint)?.[1];
  const at = options.indexOf(`-${name}`);
  if (name === undefined || at < 0) return undefined;
  // Some have no value, and ffprobe takes the next word for it, whatever that is. Values may be negative numbers.
  const value = options[at + 1];
  const hasValue = value !== undefined && (!value.startsWith('-') || /^-[\d.]/.test(value));
  return options.toSpliced(at, hasValue ? 2 : 1);
}
