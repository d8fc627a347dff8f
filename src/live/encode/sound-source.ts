/** Whether a run has sound beside its pictures, and its frames: by what the pipe of the sound says. Pure. */
import type { SoundSample } from '../mp4/sound-samples.ts';
import type { EncodingPlan } from './plan.ts';
import { SoundPipe } from './sound-pipe.ts';
import { SoundTimeline } from './sound-timeline.ts';

/**
 * `unknown`: FFmpeg has not said yet; `none`: the input has no sound; `there`: it has, or silence takes its place; `left-out`: it was announced, and
 * came too late for a run that can make no silence.
 */
export type SoundState = 'unknown' | 'none' | 'there' | 'left-out';

/** The box `moov` that has the sound's track, and the track's number there. */
export interface SoundInit {
  readonly bytes: Buffer;
  readonly trackId: number;
}

/** Of the sound in its pipe: the first track is a moment of silence, so that the pipe also tells of an input without sound. */
const trackInPipe = 2;
/** Frames that wait for the first picture at most. */
const mostEarly = 3000;

export class SoundSource {
  readonly #plan: EncodingPlan;
  readonly #readers: number;
  readonly #pipe = new SoundPipe();
  #timeline: SoundTimeline | undefined;
  #early: SoundSample[] = [];
  /** Seconds: the time of the first picture. */
  #base: number | undefined;
  #state: SoundState;
  #hasCome = false;

  /** `readers`: how many renditions will take the sound. */
  constructor(plan: EncodingPlan, readers: number) {
    this.#plan = plan;
    this.#readers = readers;
    this.#state = plan.sound === 'beside' ? 'unknown' : 'none';
  }

  get state(): SoundState {
    return this.#state;
  }

  /** There was a frame of it. */
  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** Undefined without sound. Sound that is encoded has the same one as silence, always and at once. */
  get init(): SoundInit | undefined {
    if (this.#state !== 'there') return undefined;
    const { silence } = this.#plan;
    if (silence !== undefined) return { bytes: silence.init, trackId: 1 };
    const bytes = this.#pipe.init;
    return bytes === undefined ? undefined : { bytes, trackId: trackInPipe };
  }

  /** How long a frame of silence lasts; 0 where none can be made. */
  get frameSeconds(): number {
    const { silence } = this.#plan;
    return silence === undefined ? 0 : silence.frame.duration / silence.timescale;
  }

  /** The pictures have a time to begin with. */
  begin(seconds: number): void {
    if (this.#base !== undefined) return;
    this.#base = seconds;
    this.#settle();
  }

  /** There is none. */
  none(): void {
    if (this.#state === 'unknown') this.#state = 'none';
  }

  /** It was announced, and has not come. True: silence takes its place; false: there is none of it. */
  giveUp(): boolean {
    const canFill = this.#plan.silence !== undefined;
    if (this.#state === 'unknown') this.#state = canFill ? 'there' : 'left-out';
    this.#settle();
    return canFill;
  }

  /** Returns the seconds by which the newest frame of sound in these bytes came too late; undefined where they have none. */
  push(slice: Buffer): number | undefined {
    let late: number | undefined;
    for (const sample of this.#pipe.push(slice)) {
      if (sample.trackId !== trackInPipe) continue;
      this.#hasCome = true;
      late = this.#timeline === undefined ? 0 : this.#timeline.add(this.#shifted(sample));
      if (this.#timeline === undefined && this.#early.push(sample) > mostEarly) this.#early.shift();
    }
    this.#decide();
    return late;
  }

  reaches(seconds: number): boolean {
    return this.#timeline?.reaches(seconds) ?? false;
  }

  take(reader: number, least: number, until: number): SoundSample[] {
    return this.#timeline?.take(reader, least, until) ?? [];
  }

  #decide(): void {
    const tracks = this.#pipe.movie?.tracks;
    if (this.#state !== 'unknown' || tracks === undefined) return;
    this.#state = tracks.some(({ id }) => id === trackInPipe) ? 'there' : 'none';
    this.#settle();
  }

  /** Frames can have their places once it is known where the pictures begin. */
  #settle(): void {
    if (this.#state !== 'there' || this.#base === undefined || this.#timeline !== undefined) return;
    this.#timeline = new SoundTimeline(this.#timescale, this.#readers, this.#plan.silence?.frame);
    for (const sample of this.#early) this.#timeline.add(this.#shifted(sample));
    this.#early = [];
  }

  #shifted(sample: SoundSample): SoundSample {
    return { ...sample, time: sample.time - Math.round((this.#base ?? 0) * this.#timescale) };
  }

  get #timescale(): number {
    const own = this.#pipe.movie?.tracks.find(({ id }) => id === trackInPipe)?.timescale;
    return this.#plan.silence?.timescale ?? own ?? 48_000;
  }
}
