/**
 * An upload is one version of one file being sent. Its id is 32 lower-case hex digits: 16 of the version (microseconds
 * since the epoch when the uploader accepted the file, raised where needed so that it grows with every version of a
 * path), and 16 random ones. Comparing ids of one path as text therefore compares their versions.
 */
import { randomFillSync } from 'node:crypto';

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
  #last = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** An id greater than `after` (the last id known of the path) and than every id issued before. */
  next(after?: UploadId): UploadId {
    const version = Math.max(
      this.#now() * 1000,
      this.#last + 1,
      after === undefined ? 0 : versionOf(after) + 1,
    );
    this.#last = version;
    return Math.floor(version).toString(16).padStart(16, '0') + this.#randomHex();
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

/** Microseconds since the epoch at which the version was accepted (or a little more, see above). */
export function versionOf(upload: UploadId): number {
  return Number.parseInt(upload.slice(0, 16), 16);
}
