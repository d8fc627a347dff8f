/** What a stand-by's encoder has made and nobody has been given: from a keyframe on that may still be wanted, and no more bytes than are allowed. Pure. */
import type { MediaChunk } from '../../media.ts';

export class HeldChunks {
  readonly #lead: string;
  readonly #most: number;
  #chunks: MediaChunk[] = [];
  #bytes = 0;

  /** `lead`: the rendition whose keyframes count; the others have theirs at the same times. `most`: bytes. */
  constructor(lead: string, most: number) {
    this.#lead = lead;
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: MediaChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.length;
    while (this.#bytes > this.#most) this.#shorten();
  }

  /** Nobody will ask for a beginning before this time; seconds of media. */
  forgetBefore(seconds: number): void {
    this.#dropBefore(this.#firstKeyframe(seconds) ?? seconds);
  }

  /** All from the first keyframe at or behind this time on (undefined: from the first), which are not held any more; undefined: it has not come yet. */
  takeFrom(seconds: number = Number.NEGATIVE_INFINITY): MediaChunk[] | undefined {
    const from = this.#firstKeyframe(seconds);
    if (from === undefined) return undefined;
    this.#dropBefore(from);
    return this.#takeAll();
  }

  clear(): void {
    this.#takeAll();
  }

  #takeAll(): MediaChunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    return chunks;
  }

  #firstKeyframe(least: number): number | undefined {
    const chunk = this.#chunks.find(
      ({ rendition, keyframe, time, timescale }) =>
        rendition === this.#lead && keyframe && time / timescale >= least,
    );
    return chunk === undefined ? undefined : chunk.time / chunk.timescale;
  }

  /** The oldest keyframe goes, and what hangs on it. */
  #shorten(): void {
    const first = this.#firstKeyframe(Number.NEGATIVE_INFINITY);
    const second = first === undefined ? undefined : this.#firstKeyframe(first + 1e-6);
    if (second === undefined) this.clear();
    else this.#dropBefore(second);
  }

  #dropBefore(seconds: number): void {
    this.#chunks = this.#chunks.filter(
      // Renditions are cut at the same pictures, whose times are not rounded alike.
      ({ time, duration, timescale }) => (time + duration / 2) / timescale > seconds,
    );
    this.#bytes = this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
