/** Whole objects, read by whoever writes none: from a store, or a folder. */

import type { Place } from './place.ts';
import { StoreFault } from './store-fault.ts';

export interface PlainReader {
  /**
   * All bytes of what stands below a place of this very store under a name; undefined when nothing does. One try: throws a StoreFault (`EFBIG`: there
   * are more than `most`) or ConfigurationError, or what the signal brings about.
   */
  read(place: Place, name: string, most: number, signal: AbortSignal): Promise<Buffer | undefined>;
  /** Whether anything stands there. Throws as {@link read} does. */
  has(place: Place, name: string): Promise<boolean>;
  close(): void;
}

/** What is larger than whoever asks can want is not read. */
export function tooLarge(shown: string, size: number, most: number): StoreFault {
  return new StoreFault(`${shown} has ${size} bytes, and ${most} at the most are taken`, {
    scope: 'name',
    code: 'EFBIG',
  });
}
