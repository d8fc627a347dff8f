/** Joins what FFmpeg cut too short, as it does where sound comes late. Pure. */
import type { ChunkPiece } from '../mp4/fragmenter.ts';
import type { Timing } from './timing.ts';

/** Holds a chunk back that is shorter than a part, unless a keyframe is due; whole parts pass at once. Never joins to more than a part. */
export class PartJoiner {
  readonly #timing: Timing;
  #held: ChunkPiece | undefined;
  /** Pictures from the last keyframe to the end of what was pushed. */
  #pictures = 0;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** The chunks that are complete now: none, one or two. */
  push(chunk: ChunkPiece): ChunkPiece[] {
    const { partPictures, keyframePictures } = this.#timing;
    const fits =
      this.#count(chunk) + (this.#held === undefined ? 0 : this.#count(this.#held)) <= partPictures;
    const complete = chunk.keyframe || !fits ? this.end() : [];
    this.#pictures = this.#count(chunk) + (chunk.keyframe ? 0 : this.#pictures);
    this.#held = this.#held === undefined ? chunk : joined(this.#held, chunk);
    const whole = this.#count(this.#held) >= partPictures || this.#pictures >= keyframePictures;
    return whole ? [...complete, ...this.end()] : complete;
  }

  /** What is held back; none when nothing is. */
  end(): ChunkPiece[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : [held];
  }

  #count({ duration, timescale }: ChunkPiece): number {
    return Math.round((duration / timescale) * this.#timing.rate);
  }
}

function joined(first: ChunkPiece, second: ChunkPiece): ChunkPiece {
  const bytes = Buffer.concat([first.bytes, second.bytes]);
  return { ...first, bytes, duration: first.duration + second.duration };
}
