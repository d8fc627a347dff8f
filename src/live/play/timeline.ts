/**
 * The times of a film that is made of pieces of a stream: it begins at 0, and goes on without a hole wherever the stream was cut
 * (a discontinuity, a gap). All tracks are moved alike, so that picture and sound stay together. Pure.
 */
import type { TrackFragment } from '../mp4/fragment.ts';
import type { Movie } from '../mp4/movie.ts';
import { fragmentsIn, type Placement, retime } from '../mp4/retime.ts';

export class Timeline {
  #movie: Movie;
  readonly #scales = new Map<number, number>();
  /** Of the film: where each track has come to, in its ticks. */
  readonly #ends = new Map<number, number>();
  /** Seconds from the stream's time to the film's; undefined: told by the next fragments. */
  #shift: number | undefined;
  #sequence = 0;

  constructor(movie: Movie) {
    this.#movie = movie;
    this.change(movie);
  }

  /** Seconds of the film so far. */
  get seconds(): number {
    return Math.max(0, ...[...this.#ends].map(([id, end]) => end / this.#scaleOf(id)));
  }

  /** Where the main track has come to, in its ticks. */
  get mainEnd(): number {
    return this.#ends.get(this.#movie.main.id) ?? 0;
  }

  /** What comes next does not follow in time on what came before. */
  cut(): void {
    this.#shift = undefined;
  }

  /** What comes next has other tracks: they all begin where the film has come to. */
  change(movie: Movie): void {
    const { seconds } = this;
    this.#movie = movie;
    this.#scales.clear();
    this.#ends.clear();
    for (const { id, timescale } of movie.tracks) {
      this.#scales.set(id, timescale);
      this.#ends.set(id, Math.ceil(seconds * timescale));
    }
    this.cut();
  }

  /**
   * Moves a run of `moof` and `mdat` behind the last one, in place. After a {@link cut} it is put as early as no track overlaps
   * with itself. Throws FormatError.
   */
  place(bytes: Buffer): void {
    this.#shift ??= this.#shiftOf(fragmentsIn(bytes, this.#movie));
    const shift = this.#shift ?? 0;
    const placement: Placement = {
      nextSequence: () => ++this.#sequence,
      timeOf: ({ trackId, time, duration }) => {
        const wished = time + Math.round(shift * this.#scaleOf(trackId));
        // Sound that was late where the film began: it must neither begin before 0 nor overlap.
        const placed = Math.max(wished, this.#ends.get(trackId) ?? 0);
        this.#ends.set(trackId, placed + duration);
        return placed;
      },
    };
    retime(bytes, this.#movie, placement);
  }

  /** Undefined: there are no samples to go by. */
  #shiftOf(fragments: readonly TrackFragment[]): number | undefined {
    const shifts = fragments.map(
      ({ trackId, time }) => ((this.#ends.get(trackId) ?? 0) - time) / this.#scaleOf(trackId),
    );
    return shifts.length === 0 ? undefined : Math.max(...shifts);
  }

  #scaleOf(trackId: number): number {
    return this.#scales.get(trackId) ?? 1;
  }
}
