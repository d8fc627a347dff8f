/**
 * What one run of FFmpeg is fed: whole parts of a stream from a keyframe on, as one film whose times go on. Whoever gives does not wait: where the target takes too
 * little, the feed forgets what it has and goes on at a later keyframe.
 */
import { FormatError } from '../../errors.ts';
import type { Step } from '../play/continuity.ts';
import { Film } from '../play/film.ts';

export type Chunk = Extract<Step, { type: 'chunk' }>;

/** Of what waits to be taken. */
export interface FeedLimits {
  readonly bytes: number;
  /** Of media. */
  readonly seconds: number;
}

export const usualLimits: FeedLimits = { bytes: 32 * 1024 * 1024, seconds: 10 };

interface Waiting {
  readonly chunk: Chunk;
  /** What is before it is not what it follows on. */
  readonly isCut: boolean;
}

export class Feed implements AsyncIterable<Buffer> {
  readonly init: Buffer;
  readonly #limits: FeedLimits;
  readonly #film: Film;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #seconds = 0;
  /** Nothing is kept until a keyframe comes. */
  #isAway = true;
  #isCut = false;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #takenAt = Number.NEGATIVE_INFINITY;
  /** How often what waited was forgotten. */
  dropped = 0;

  /** `init`: `ftyp` and `moov` of what comes. Throws FormatError. */
  constructor(init: Buffer, limits: FeedLimits = usualLimits) {
    this.init = init;
    this.#limits = limits;
    this.#film = new Film(init);
  }

  /** Resolves once there is something to give, or never will be (false). */
  async begun(): Promise<boolean> {
    while (this.#waiting.length === 0 && !this.#isClosed) await this.#more();
    return this.#waiting.length > 0;
  }

  /** Something is there that was not taken yet. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** When something was last taken, by the steady clock. */
  get takenAt(): number {
    return this.#takenAt;
  }

  /** Whether a run with this init can follow in the same film. */
  suits(init: Buffer): boolean {
    return this.#film.suits(init);
  }

  /** What comes next does not follow in time on what came before. */
  cut(): void {
    this.#isCut = true;
  }

  push(chunk: Chunk): void {
    if (this.#isClosed) return;
    const { record, bytes } = chunk;
    if (this.#isAway && !(record.keyframe && record.chunk === 0)) return;
    if (this.#isOver(bytes.length)) {
      this.#forget();
      this.dropped += 1;
      if (!(record.keyframe && record.chunk === 0)) return;
    }
    this.#isAway = false;
    this.#waiting.push({ chunk, isCut: this.#isCut });
    this.#isCut = false;
    this.#bytes += bytes.length;
    this.#seconds += record.duration / record.timescale;
    this.#wake?.();
  }

  /** What waits is still given; then it ends. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** The init, then chunks, each with memory of its own. To be asked for once. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    yield this.init;
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        if (this.#isClosed) return;
        await this.#more();
        continue;
      }
      this.#takenAt = performance.now();
      const { record } = next.chunk;
      this.#bytes -= next.chunk.bytes.length;
      this.#seconds -= record.duration / record.timescale;
      const placed = this.#placed(next);
      if (placed !== undefined) yield placed;
    }
  }

  /** Until something comes, or nothing more. One waits at a time. */
  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Undefined: it is not what a chunk must be, and is passed over. */
  #placed({ chunk, isCut }: Waiting): Buffer | undefined {
    // Other targets are fed with the same one.
    const bytes = Buffer.from(chunk.bytes);
    if (isCut) this.#film.timeline.cut();
    try {
      this.#film.timeline.place(bytes);
      return bytes;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return undefined;
    }
  }

  #isOver(more: number): boolean {
    return (
      this.#waiting.length > 0 &&
      (this.#bytes + more > this.#limits.bytes || this.#seconds > this.#limits.seconds)
    );
  }

  #forget(): void {
    this.#waiting = [];
    this.#bytes = 0;
    this.#seconds = 0;
    this.#isAway = true;
    this.#isCut = true;
  }
}
