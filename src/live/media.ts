/** What comes out of an encoder, cut and not yet numbered: the seam between encoding and publishing. */
import type { RenditionFacts } from '../records/live-record.ts';

/** The beginning of a rendition's bytes: `ftyp` and `moov`. */
export interface MediaInit {
  readonly type: 'init';
  readonly rendition: string;
  readonly bytes: Buffer;
  readonly facts: RenditionFacts;
}

/**
 * One or more `moof` and `mdat`, of all tracks: the smallest thing that is sent. With `--chunks part` it is as long as a part;
 * with `--chunks frame` it has one picture, and the audio that came before it.
 */
export interface MediaChunk {
  readonly type: 'chunk';
  readonly rendition: string;
  readonly bytes: Buffer;
  /** It begins with a picture that needs no other; of audio alone: always. */
  readonly keyframe: boolean;
  /** Ticks a second of the picture's track (of audio alone: of the sound's). */
  readonly timescale: number;
  /** Decode time of its first picture, and how long its pictures last, in ticks. */
  readonly time: number;
  readonly duration: number;
  /** When its last byte was read: milliseconds since the epoch of Unix, with fractions. */
  readonly readAt: number;
}

/** Something that whoever publishes should know of, in one sentence. */
export interface MediaNote {
  readonly type: 'note';
  readonly message: string;
}

/** The encoder's run is over: its input ended, it was told to stop, or it failed. */
export interface MediaEnd {
  readonly type: 'end';
  /** Undefined: the input came to its end. */
  readonly error?: Error;
}

/**
 * One run of an encoder: an init for each rendition, then chunks; the chunks of a rendition in order, those of several
 * renditions interleaved as they come; notes anywhere. Ends with exactly one `end`. Each run is an epoch.
 */
export type MediaEvent = MediaInit | MediaChunk | MediaNote | MediaEnd;
