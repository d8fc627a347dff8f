/**
 * When a file may be taken: it was last written long enough ago and looks the same twice, or nothing has changed for that
 * long by our own clock (a source's clock may be wrong). Pure: the caller brings looks and time.
 */
import type { SourceFile } from '../../stores/contract.ts';
import { lookText } from '../shared/look-text.ts';
import { uploadWaits } from '../shared/upload-waits.ts';

/** Two looks are this far apart at least, milliseconds. */
const lookGap = uploadWaits.betweenLooks;

export interface ReadinessOptions {
  /** Milliseconds; 0 takes every file as it stands. */
  readonly minAge: number;
  /** Milliseconds; older files are left out. */
  readonly maxAge?: number;
}

/** `wall`: milliseconds since the epoch. `steady`: milliseconds of a clock that never steps. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}

/** `later`: look again at that steady time. */
export type Verdict = { readonly take: true } | { readonly tooOld: true } | { readonly later: number };

export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #seen = new Map<string, { look: string; since: number }>();

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  judge(file: SourceFile, now: Moment): Verdict {
    const { minAge, maxAge } = this.#options;
    const age = now.wall - Number(BigInt(file.mtime) / 1_000_000n);
    if (maxAge !== undefined && age > maxAge && !file.isFolder) return { tooOld: true };
    // A folder that is busy may never come to rest, and is taken as it stands.
    if (minAge === 0 || file.isFolder) return { take: true };
    const look = lookText(file);
    const seen = this.#seen.get(file.path);
    if (seen?.look !== look) {
      this.#seen.set(file.path, { look, since: now.steady });
      return { later: now.steady + Math.max(lookGap, Math.min(minAge, minAge - age)) };
    }
    const unchanged = now.steady - seen.since;
    if (unchanged >= Math.min(lookGap, minAge) && (age >= minAge || unchanged >= minAge)) {
      this.#seen.delete(file.path);
      return { take: true };
    }
    return {
      later: seen.since + Math.max(Math.min(lookGap, minAge), Math.min(minAge, minAge - age + unchanged)),
    };
  }

  /** The file is gone, or taken. */
  forget(path: string): void {
    this.#seen.delete(path);
  }
}
