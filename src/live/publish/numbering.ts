/** What an encoder makes in one epoch becomes records, with the numbers that every delivery server goes by. Pure. ADR 80. */
import { SluiceError } from '../../errors.ts';
import type { LiveRecord, Targets } from '../../records/live-record.ts';
import type { MediaChunk, MediaInit } from '../media.ts';
import { type EpochStart, type Place, Timeline } from './timeline.ts';

type WithoutSequence<Record> = Record extends unknown ? Omit<Record, 'sequence'> : never;

/** A record that has all its numbers but the one that tells when it was handed over. */
export type UnsentRecord = WithoutSequence<LiveRecord>;

export interface NumberedRecord {
  readonly record: UnsentRecord;
  readonly bytes?: Buffer;
  /** Of a part: when its last byte was read from the encoder, milliseconds since the epoch of Unix. */
  readonly readAt?: number;
}

export interface NumberingOptions {
  readonly stream: string;
  readonly epoch: number;
  readonly start: EpochStart;
  readonly targets: Targets;
  /** `part`: each chunk is a part. `frame`: chunks of one picture are joined to parts. */
  readonly chunks: 'part' | 'frame';
  /** Keyframes come as another encoder likes. Default: at equal distances. */
  readonly foreignKeyframes?: boolean;
}

/** What stands behind everything that was numbered. */
export interface Following {
  /** The next segment's number, and the next part's. */
  readonly media: number;
  readonly ordinal: number;
  readonly discontinuities: number;
  /** Of media, from the epoch's first picture to the end of its last. */
  readonly seconds: number;
  /** False: the epoch had no part at all. */
  readonly any: boolean;
  /** When the last picture ended: microseconds since the epoch of Unix; undefined without any. */
  readonly captured: number | undefined;
}

/** A rendition: where it is, and what it has of the part that it is in. */
interface Track {
  readonly init: MediaInit;
  place: Place | undefined;
  /** Number of the part's next chunk, and seconds of the part so far. */
  chunk: number;
  lasts: number;
  isDone: boolean;
}

/** So that 6 pictures of 33.333 ms count as 200 ms. Seconds. */
const slack = 1e-5;

export class Numbering {
  readonly #options: NumberingOptions;
  readonly #timeline: Timeline;
  readonly #tracks = new Map<string, Track>();
  /** Seconds by which parts were longer than their target, at most. */
  #excess = 0;

  constructor(options: NumberingOptions) {
    this.#options = options;
    this.#timeline = new Timeline(options);
  }

  /**
   * The records of an event, in their order. What comes before a rendition's first keyframe is left out. Throws what
   * {@link Timeline.placeOf} throws.
   */
  push(event: MediaInit | MediaChunk): NumberedRecord[] {
    if (event.type === 'init') {
      this.#tracks.set(event.rendition, {
        init: event,
        place: undefined,
        chunk: 0,
        lasts: 0,
        isDone: true,
      });
      return [];
    }
    const track = this.#tracks.get(event.rendition);
    if (track === undefined) throw new SluiceError(`rendition ${event.rendition} has no initialisation`);
    if (track.place === undefined && !event.keyframe) return [];
    return this.#number(event, track);
  }

  get following(): Following {
    const { newest, capturedEnd } = this.#timeline;
    if (newest === undefined) {
      const { media, discontinuities, discontinuity } = this.#options.start;
      const before = discontinuities - (discontinuity ? 1 : 0);
      return { media, ordinal: 0, discontinuities: before, seconds: 0, any: false, captured: undefined };
    }
    const { media, ordinal, discontinuities } = newest;
    return {
      media: media + 1,
      ordinal: ordinal + 1,
      discontinuities,
      seconds: this.#timeline.end,
      any: true,
      captured: capturedEnd,
    };
  }

  /** Seconds of the longest part beyond the target that was announced; 0: all is well. */
  get excess(): number {
    return this.#excess;
  }

  #number(chunk: MediaChunk, track: Track): NumberedRecord[] {
    const records: NumberedRecord[] = [];
    const place = this.#timeline.placeOf(chunk, track.place, track.isDone);
    if (place !== undefined) {
      if (place.part === 0) records.push(this.#init(track.init, place));
      Object.assign(track, { place, chunk: 0, lasts: 0, isDone: false });
      this.#forget();
    }
    records.push(this.#part(chunk, track, track.place as Place));
    return records;
  }

  #init({ rendition, bytes, facts }: MediaInit, place: Place): NumberedRecord {
    const record = {
      kind: 'init',
      ...this.#common(place),
      rendition,
      facts,
      targets: this.#options.targets,
    } as const;
    return { record, bytes };
  }

  #part(chunk: MediaChunk, track: Track, place: Place): NumberedRecord {
    const { rendition, timescale, time, duration, readAt, bytes } = chunk;
    const seconds = duration / timescale;
    const number = track.chunk++;
    track.lasts += seconds;
    track.isDone = this.#isLast(track.lasts, seconds, place, (time + duration) / timescale);
    const target = this.#options.targets.part / 1e6;
    if (track.lasts > target + 1 / timescale + slack)
      this.#excess = Math.max(this.#excess, track.lasts - target);
    const record = {
      kind: 'part',
      ...this.#common(place),
      rendition,
      part: place.part,
      chunk: number,
      lastChunk: track.isDone,
      keyframe: number === 0 && chunk.keyframe,
      discontinuity: place.discontinuity,
      timescale,
      time,
      duration,
      captured: place.captured + Math.max(0, Math.round((time / timescale - place.begin) * 1e6)),
    } as const;
    return { record, bytes, readAt };
  }

  /** True when another chunk of this length would exceed the part's target, or the segment ends here. */
  #isLast(lasts: number, seconds: number, place: Place, end: number): boolean {
    if (this.#options.chunks === 'part') return true;
    const target = this.#options.targets.part / 1e6;
    return lasts + seconds > target + slack || this.#timeline.isSegmentEnd(place, end, seconds);
  }

  #common({ media, ordinal, discontinuities }: Place) {
    const { stream, epoch } = this.#options;
    return { stream, epoch, media, ordinal, discontinuities };
  }

  #forget(): void {
    const ordinals = [...this.#tracks.values()].map(({ place }) => place?.ordinal ?? 0);
    this.#timeline.forgetBefore(Math.min(...ordinals));
  }
}
