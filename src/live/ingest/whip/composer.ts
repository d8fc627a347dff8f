/** Frames of a sender to the bytes that FFmpeg reads: a head once it is known what comes, then frame by frame. Pure. */
import { streamFrame, streamHead, type TrackName } from './matroska.ts';
import type { Frame } from './rtp/frame.ts';

export interface ComposerOptions {
  /** Of the picture that was agreed upon; undefined: none was. */
  readonly video?: 'h264' | 'vp8' | undefined;
  readonly sound: boolean;
}

/** Milliseconds that sound waits for the first picture; then it goes without. */
const pictureWait = 5000;
/** Where times begin: one that is corrected later must not fall below zero. */
const beginning = 1000;

export class Composer {
  readonly #options: ComposerOptions;
  #origin: number | undefined;
  #hasBegun = false;
  #hasPicture = false;
  readonly #last = { video: -1, sound: -1 };

  constructor(options: ComposerOptions) {
    this.#options = options;
  }

  /** What is to be written. `time`: when it is to be seen or heard, milliseconds of any clock, the same for both. */
  push(track: TrackName, frame: Frame, time: number): readonly Buffer[] {
    this.#origin ??= time;
    const { video, sound } = this.#options;
    if (this.#hasBegun) return this.#frame(track, frame, time);
    if (track === 'video' && video !== undefined) {
      if (frame.picture === undefined) return [];
      this.#begin(true);
      return [
        streamHead({ video: { codec: video, ...frame.picture }, sound }),
        ...this.#frame(track, frame, time),
      ];
    }
    if (track !== 'sound' || (video !== undefined && time - this.#origin < pictureWait)) return [];
    this.#begin(false);
    return [streamHead({ sound: true }), ...this.#frame(track, frame, time)];
  }

  #begin(hasPicture: boolean): void {
    this.#hasBegun = true;
    this.#hasPicture = hasPicture;
  }

  #frame(track: TrackName, frame: Frame, time: number): Buffer[] {
    if (track === 'video' ? !this.#hasPicture : !this.#options.sound) return [];
    const own = Math.round(time - this.#origin!) + beginning;
    // A clock that was corrected backwards must not let pictures go back.
    const at = Math.max(own, this.#last[track] + 1);
    this.#last[track] = at;
    return [streamFrame(track, at, frame.isKeyframe, frame.bytes)];
  }
}
