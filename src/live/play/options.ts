/** The options of `play`, and what it tells. Defaults stand here, once. */
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';
import type { ClientProperties } from '../../kafka/properties.ts';
import type { Logger } from '../../log.ts';

/** Milliseconds since the epoch of Unix, or the beginning of what the topic still holds of the newest programme. */
export type LivePlace = number | 'beginning';

/** Which stream is read, and how. */
export interface LiveReadOptions {
  readonly stream: string;
  /** The media topic. Default `live`. */
  readonly topic?: string;
  /** Default: the one with the greatest bandwidth. */
  readonly rendition?: string;
  /** True: a stream that is not live is an error. Default: it is waited for. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

/** How Kafka is reached. */
export interface LiveClientOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** Give up with UnreachableError when no broker answers for so many milliseconds. Default: never. */
  readonly giveUpAfter?: number;
  readonly logger?: Logger;
}

export interface PlayFromOptions extends LiveReadOptions {
  /** Default: the newest keyframe. A time is that of the segment which holds it. */
  readonly from?: LivePlace;
  /**
   * Where picture or sound come to be made otherwise, write the new init and go on: Media Source Extensions understand that. Default: end
   * with IncompleteError, for FFmpeg keeps to the first init of a pipe, and would show noise.
   */
  readonly goOn?: boolean;
  readonly onEvent?: (event: PlayEvent) => void;
}

export interface PlayOptions extends PlayFromOptions, LiveClientOptions, FiguresOptions {}

export const playDefaults = {
  topic: 'live',
  once: false,
  goOn: false,
  ...figuresDefaults,
} as const satisfies Partial<PlayOptions>;

/** Pictures come from here on. */
export interface PlayingEvent {
  readonly type: 'playing';
  readonly stream: string;
  readonly rendition: string;
  readonly epoch: number;
  readonly media: number;
  /** When the first picture was taken: milliseconds since the epoch of Unix. */
  readonly captured: number;
}

/** The stream has a gap: its publisher could not send a segment. */
export interface LiveGapEvent {
  readonly type: 'gap';
  readonly media: number;
  /** Seconds that are missing. */
  readonly duration: number;
}

/** The stream goes on after a cut: another run of its encoder, a gap, or records that are not there (any more). */
export interface LiveCutEvent {
  readonly type: 'cut';
  readonly epoch: number;
  readonly media: number;
  /** Picture or sound are made otherwise than before: another init is needed to decode them. */
  readonly changed: boolean;
  readonly message: string;
}

/** One sentence about what is not as it was asked for. */
export interface LiveReadWarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

/** What reading a stream tells, whatever is done with it. */
export type ReadingEvent = LiveReadWarningEvent | WaitingEvent | ResumedEvent;

export type PlayEvent = PlayingEvent | LiveGapEvent | LiveCutEvent | ReadingEvent | FiguresEvent;
