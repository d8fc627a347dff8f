/**
 * An upload is one version of one file being sent. Its id is 32 lower-case hex digits: 16 of the version (microseconds
 * since the epoch when the uploader accepted the file, raised where needed so that it grows with every version of a
 * path), and 16 random ones. Comparing ids of one path as text therefore compares their versions.
 */
import { randomFillSync } from 'node:crypto';
import { FormatError } from '../errors.ts';

export type UploadId = string;

const pattern = /^[0-9a-f]{32}$/;

export function isUploadId(text: string): boolean {
  return pattern.test(text);
}

/** Issues ids that grow, even when the clock steps back or several are asked for within a microsecond. */
export class UploadIds {
  readonly #now: () => number;
  /** Random bytes, drawn many at a time: each draw costs as much as a few hundred of them. */
  readonly #random = Buffer.alloc(4096);
  #used = this.#random.length;
  #last: bigint;

  /** `now` gives milliseconds since the epoch; every id is greater than `floor`. */
  constructor(now: () => number = Date.now, floor?: UploadId) {
    this.#now = now;
    this.#last = floor === undefined ? 0n : exactVersionOf(floor);
  }

  /**
   * An id greater than `after` (the last id known of the path), and newer than those that were issued before without one. Throws
   * FormatError when there is none: `after` is not of any clock.
   */
  next(after?: UploadId): UploadId {
    const now = BigInt(Math.floor(this.#now() * 1000));
    // What one path was called does not move the others on: they would all end with it.
    this.#last = now > this.#last ? now : this.#last + 1n;
    const least = after === undefined ? 0n : exactVersionOf(after) + 1n;
    const version = least > this.#last ? least : this.#last;
    if (after !== undefined && isLastVersion(after)) throw new FormatError(`no version can follow ${after}`);
    return version.toString(16).padStart(16, '0') + this.#randomHex();
  }

  #randomHex(): string {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    this.#used += 8;
    return this.#random.toString('hex', this.#used - 8, this.#used);
  }
}

/** True when no version can follow: all of its 64 bits are set. */
export function isLastVersion(upload: UploadId): boolean {
  return upload.startsWith('f'.repeat(16));
}

function exactVersionOf(upload: UploadId): bigint {
  return BigInt(`0x${upload.slice(0, 16)}`);
}

/** Microseconds since the epoch at which the version was accepted (or a little more, see above). */
export function versionOf(upload: UploadId): number {
  return Number.parseInt(upload.slice(0, 16), 16);
}
