/**
 * The sound of a run beside its pictures: frame after frame, without a hole where silence can be made. What FFmpeg's filters count begins anew whenever
 * the sound changes its layout or rate, so that nothing but this keeps account of where the sound is. Pure.
 */
import type { SoundSample } from '../mp4/sound-samples.ts';

/** Frames that wait for pictures at most: a minute of AAC. */
const mostWaiting = 3000;

export class SoundTimeline {
  readonly #timescale: number;
  readonly #silence: SoundSample | undefined;
  /** What came and has no place yet, in its order. */
  #waiting: SoundSample[] = [];
  /** What has its place, from the number `#first` on; each reader is somewhere in it. */
  #placed: SoundSample[] = [];
  #first = 0;
  readonly #readers: number[];
  /** Ticks: where the next frame belongs, and where ends what came. */
  #next = 0;
  #heard = 0;

  /** `silence`: a frame of it, to fill holes with; without it they stay. `readers`: how many renditions will take the sound. */
  constructor(timescale: number, readers: number, silence?: SoundSample) {
    this.#timescale = timescale;
    this.#silence = silence;
    this.#readers = Array<number>(readers).fill(0);
  }

  /** A frame as it came. Returns the seconds by which it came too late, for its time has been given out already; 0: in time. */
  add(sample: SoundSample): number {
    const { time, duration } = sample;
    this.#heard = Math.max(this.#heard, time + duration);
    const late = this.#next - time;
    if (late > duration / 2) return time < 0 ? 0 : late / this.#timescale;
    this.#waiting.push(sample);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    return 0;
  }

  /** True once sound has come for everything before this time, in seconds, or none will come for it: sound comes in order. */
  reaches(seconds: number): boolean {
    return this.#heard >= seconds * this.#timescale;
  }

  /** What a reader has not had yet of what begins before `until`; up to `least` holes are filled. Seconds. */
  take(reader: number, least: number, until: number): SoundSample[] {
    this.#place(least * this.#timescale, until * this.#timescale);
    const from = (this.#readers[reader] ?? 0) - this.#first;
    let to = from;
    while (to < this.#placed.length && (this.#placed[to]?.time ?? 0) < until * this.#timescale) to++;
    const taken = this.#placed.slice(from, to);
    this.#readers[reader] = this.#first + to;
    this.#forget();
    return taken;
  }

  #place(least: number, until: number): void {
    while (this.#next < until) {
      const [sample] = this.#waiting;
      const gap = sample === undefined ? Number.POSITIVE_INFINITY : sample.time - this.#next;
      // Half a frame more or less is nothing that can be heard, and frames must follow one another.
      if (sample !== undefined && gap <= sample.duration / 2) {
        this.#waiting.shift();
        if (gap >= -sample.duration / 2) this.#put(sample, this.#next);
      } else if (this.#silence !== undefined) {
        if (sample === undefined && this.#next >= least) return;
        this.#put(this.#silence, this.#next);
      } else {
        if (sample === undefined || sample.time >= until) return;
        this.#waiting.shift();
        this.#put(sample, sample.time);
      }
    }
  }

  #put(sample: SoundSample, time: number): void {
    // All frames of an encoder last as long; where its times leaped, FFmpeg says something else of the one before.
    const { duration } = this.#silence ?? sample;
    this.#placed.push({ ...sample, time, duration });
    this.#next = time + duration;
  }

  /** What every reader has had. */
  #forget(): void {
    const done = Math.min(...this.#readers) - this.#first;
    if (done <= 0) return;
    this.#placed = this.#placed.slice(done);
    this.#first += done;
  }
}
