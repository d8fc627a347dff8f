/** How large an object is, by an answer that has a part of it. Pure. */

export interface AnsweredRange {
  /** Where the bytes begin that were asked for. */
  readonly start: number;
  readonly status: number | undefined;
  /** `Content-Range`, RFC 9110, 14.4. */
  readonly contentRange: string | undefined;
  /** Bytes of the answer. */
  readonly contentLength: number | undefined;
}

/**
 * Bytes of all of the object. Undefined where the answer does not say it, or begins elsewhere than it was to: caches pass over ranges that
 * they do not know, or give parts without saying of what.
 */
export function wholeSize({ start, status, contentRange, contentLength }: AnsweredRange): number | undefined {
  if (contentRange !== undefined && contentRange !== '') {
    const [, from, whole] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange) ?? [];
    return whole !== undefined && Number(from) === start ? Number(whole) : undefined;
  }
  return start === 0 && status !== 206 ? contentLength : undefined;
}

/** What is wrong with an answer without {@link wholeSize}. */
export const noRanges = 'the server gives no ranges of it, or does not say its size';
