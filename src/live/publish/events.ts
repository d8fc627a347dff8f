/**
 * What `publish` tells while it runs; the command line turns it into a status line, log lines or `--json` objects. Times are
 * milliseconds since the epoch of Unix, durations seconds (delays: milliseconds), sizes bytes, rates bits a second.
 */
import type { FiguresEvent } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';

/** The stream is claimed, and the encoder begins. */
export interface LiveStartedEvent {
  readonly type: 'started';
  readonly stream: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** The media sequence number that comes first. */
  readonly media: number;
  readonly renditions: readonly string[];
  /** Seconds. */
  readonly targets: { readonly part: number; readonly segment: number };
}

/** A segment stands on Kafka, all of its parts acknowledged, and the index has been told. */
export interface SegmentEvent {
  readonly type: 'segment';
  readonly epoch: number;
  readonly media: number;
  readonly parts: number;
  readonly duration: number;
  /** Of all renditions together. */
  readonly bytes: number;
  readonly bitrate: number;
  readonly discontinuity: boolean;
}

/** Kafka does not take what is made: it is kept. Told when this begins. */
export interface SpoolingEvent {
  readonly type: 'spooling';
  readonly bytes: number;
  readonly message: string;
}

/** A segment was given up, for more than the spool holds was waiting: viewers get a gap. */
export interface GapEvent {
  readonly type: 'gap';
  readonly epoch: number;
  readonly media: number;
  /** Seconds that are missing. */
  readonly duration: number;
  readonly message: string;
}

/** The encoder failed and begins anew: a new epoch, and a discontinuity for viewers. */
export interface EncoderRestartedEvent {
  readonly type: 'encoder-restarted';
  readonly epoch: number;
  /** Seconds until it begins. */
  readonly after: number;
  readonly message: string;
}

/** Somebody else has taken the stream over; this publisher stops. */
export interface FencedEvent {
  readonly type: 'fenced';
  readonly message: string;
}

/** The programme is over and everything is acknowledged. `state` `live`: it is left open for a successor. */
export interface EndedEvent {
  readonly type: 'ended';
  readonly state: 'live' | 'ended';
  /** The media sequence number that follows. */
  readonly media: number;
}

/** One sentence about what is not as it was asked for. */
export interface LiveWarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

/** How it goes; once a second. */
export interface LiveProgressEvent {
  readonly type: 'progress';
  readonly stream: string;
  readonly seconds: number;
  readonly epoch: number;
  /** The segment that grows. */
  readonly media: number;
  /** Records of parts acknowledged, and their bytes. */
  readonly parts: number;
  readonly bytes: number;
  /** Over the last few seconds, all renditions together. */
  readonly bitrate: number;
  /** From the encoder's last byte of a part to Kafka's acknowledgement; absent before the first. */
  readonly delay?: { readonly p50: number; readonly p99: number };
  /** Bytes that wait to be handed to Kafka, and that it has not acknowledged yet. */
  readonly spooled: number;
  readonly inFlight: number;
}

export type PublishEvent =
  | LiveStartedEvent
  | SegmentEvent
  | SpoolingEvent
  | GapEvent
  | EncoderRestartedEvent
  | FencedEvent
  | EndedEvent
  | LiveWarningEvent
  | LiveProgressEvent
  | WaitingEvent
  | ResumedEvent
  | FiguresEvent;
