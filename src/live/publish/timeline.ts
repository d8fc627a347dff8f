/** Where the parts of an epoch begin, for all its renditions alike: whichever comes first decides, the others follow. Pure. */
import { ConfigurationError, SluiceError } from '../../errors.ts';
import type { Targets } from '../../records/live-record.ts';
import type { MediaChunk } from '../media.ts';
import { CaptureClock } from './capture-clock.ts';
import { KeyframeRhythm } from './keyframe-rhythm.ts';

/** A part's numbers and times. Seconds of media time; `captured` in microseconds since the epoch of Unix. */
export interface Place {
  readonly media: number;
  /** Its number in the segment, and in the epoch. */
  readonly part: number;
  readonly ordinal: number;
  readonly begin: number;
  readonly captured: number;
  readonly segmentBegin: number;
  readonly discontinuity: boolean;
  readonly discontinuities: number;
}

/** Where an epoch begins to count. */
export interface EpochStart {
  readonly media: number;
  /** Its first segment follows another one of the stream. */
  readonly discontinuity: boolean;
  /** So far, that one included. */
  readonly discontinuities: number;
}

export interface TimelineOptions {
  readonly start: EpochStart;
  readonly targets: Targets;
  /** Keyframes come as another encoder likes: a copied picture. Default: at equal distances. */
  readonly foreignKeyframes?: boolean;
}

const microsecond = 1_000_000;

export class Timeline {
  readonly #start: EpochStart;
  readonly #partTarget: number;
  readonly #segmentTarget: number;
  readonly #clock = new CaptureClock();
  /** By ordinal; those that every rendition has passed are gone. */
  readonly #places = new Map<number, Place>();
  #newest: Place | undefined;
  readonly #rhythm: KeyframeRhythm;
  #end = 0;

  constructor({ start, targets, foreignKeyframes = false }: TimelineOptions) {
    this.#start = start;
    this.#partTarget = targets.part / microsecond;
    this.#segmentTarget = targets.segment / microsecond;
    this.#rhythm = new KeyframeRhythm({
      target: this.#segmentTarget,
      longest: this.#longestSegment + 0.5 - this.#partTarget,
      tolerance: this.#partTarget,
      foreign: foreignKeyframes,
    });
  }

  /** The newest part's place; undefined before the first. */
  get newest(): Place | undefined {
    return this.#newest;
  }

  /** Seconds of media time: where the newest picture ends. */
  get end(): number {
    return this.#end;
  }

  /** When the newest picture ends: microseconds since the epoch of Unix. Undefined before the first. */
  get capturedEnd(): number | undefined {
    return this.#newest === undefined ? undefined : this.#captured(this.#end);
  }

  /**
   * The place of a chunk that begins a part; undefined when it goes on with `current`. `isDone`: that part cannot take more.
   * Throws SluiceError when renditions do not fit together, ConfigurationError when keyframes are too far apart.
   */
  placeOf(chunk: MediaChunk, current: Place | undefined, isDone: boolean): Place | undefined {
    const begin = chunk.time / chunk.timescale;
    const duration = chunk.duration / chunk.timescale;
    const ordinal = current === undefined ? 0 : current.ordinal + 1;
    const known = this.#places.get(ordinal);
    if (known !== undefined) {
      if (!isDone && begin < known.begin - duration / 2) return undefined;
      this.#expectFit(chunk, known, begin);
      return known;
    }
    return this.#lead(chunk, { current, isDone, ordinal, begin, duration });
  }

  /** No rendition will ask for places before this ordinal any more. */
  forgetBefore(ordinal: number): void {
    for (const key of this.#places.keys()) {
      if (key >= ordinal) return;
      this.#places.delete(key);
    }
  }

  /** True when a segment that began there ends here, by the target of segments alone: encoders put a keyframe there. */
  isSegmentEnd(place: Place, end: number, chunk: number): boolean {
    return end - place.segmentBegin >= this.#segmentTarget - chunk / 2;
  }

  #lead(
    chunk: MediaChunk,
    its: {
      readonly current: Place | undefined;
      readonly isDone: boolean;
      readonly ordinal: number;
      readonly begin: number;
      readonly duration: number;
    },
  ): Place | undefined {
    const { current, isDone, ordinal, begin, duration } = its;
    this.#clock.observe({ time: begin * 1000, duration: duration * 1000, readAt: chunk.readAt });
    this.#end = begin + duration;
    if (chunk.keyframe) this.#rhythm.seen(begin);
    const beginsSegment = current === undefined || (chunk.keyframe && this.#isDue(current, begin, duration));
    if (!beginsSegment) this.#expectKeyframe(current, begin + duration);
    if (!beginsSegment && !isDone) return undefined;
    if (beginsSegment && current !== undefined) this.#clock.startSegment((this.#partTarget * 1000) / 2);
    const place: Place = {
      ...(beginsSegment ? this.#segment(current, begin) : next(current)),
      ordinal,
      begin,
      captured: this.#captured(begin),
    };
    this.#places.set(ordinal, place);
    this.#newest = place;
    return place;
  }

  #segment(current: Place | undefined, begin: number) {
    if (current === undefined) return { ...this.#start, part: 0, segmentBegin: begin };
    const { media, discontinuities } = current;
    return { media: media + 1, part: 0, segmentBegin: begin, discontinuity: false, discontinuities };
  }

  /** A keyframe begins a segment when the target is reached, or would be missed by waiting for the next one. */
  #isDue(current: Place, begin: number, duration: number): boolean {
    const tolerance = Math.min(this.#partTarget, duration) / 2;
    const elapsed = begin - current.segmentBegin;
    return elapsed >= this.#segmentTarget - tolerance || !this.#rhythm.canWait(elapsed, tolerance);
  }

  /** What players were told: whole seconds, to which each segment is rounded. */
  get #longestSegment(): number {
    return Math.max(1, Math.ceil(this.#segmentTarget));
  }

  /** No segment may last longer than players were told: they wait for it, and give up. RFC 8216, 4.3.3.1. */
  #expectKeyframe(current: Place, end: number): void {
    const lasts = end - current.segmentBegin;
    if (Math.round(lasts) <= this.#longestSegment) return;
    throw new ConfigurationError(
      `no keyframe for ${lasts.toFixed(1)} s, where segments are to last ${this.#segmentTarget} s: encode the picture ` +
        '(without --video-codec copy), let the source send keyframes more often, or raise --segment-target',
    );
  }

  #expectFit(chunk: MediaChunk, place: Place, begin: number): void {
    if (Math.abs(begin - place.begin) <= this.#partTarget / 2 && (chunk.keyframe || place.part > 0)) return;
    throw new SluiceError(
      `rendition ${chunk.rendition} does not fit the others at ${begin.toFixed(3)} s, where a part was to begin at ${place.begin.toFixed(3)} s`,
    );
  }

  #captured(time: number): number {
    return Math.max(0, Math.round(this.#clock.at(time * 1000) * 1000));
  }
}

function next(current: Place) {
  const { media, segmentBegin, discontinuity, discontinuities } = current;
  return { media, part: current.part + 1, segmentBegin, discontinuity, discontinuities };
}
