/** The options of `push`, what it tells, and what it resolves with. Defaults stand here, once. */

import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';
import type {
  LiveClientOptions,
  LiveCutEvent,
  LiveGapEvent,
  LiveReadOptions,
  LiveReadWarningEvent,
} from '../play/options.ts';
import { playDefaults } from '../play/options.ts';

export interface PushFromOptions extends LiveReadOptions {
  /** `rtmp://HOST/APP/KEY`, `rtmps://HOST/APP/KEY` or `srt://HOST:PORT?streamid=ID&passphrase=WORD`; each is pushed to by itself. */
  readonly to: readonly string[];
  /** Bits a second of a picture that a target does not take as it is. Default 4,000,000. */
  readonly bitrate?: number;
  /** Milliseconds for which a target may take nothing before it is connected to anew. Default 15,000. */
  readonly stallAfter?: number;
  /** The program. Default `ffmpeg`, from the PATH. */
  readonly ffmpeg?: string;
  readonly onEvent?: (event: PushEvent) => void;
}

export interface PushOptions extends PushFromOptions, LiveClientOptions, FiguresOptions {}

export const pushDefaults = {
  topic: playDefaults.topic,
  once: false,
  bitrate: 4_000_000,
  stallAfter: 15_000,
  ffmpeg: 'ffmpeg',
  ...figuresDefaults,
} as const satisfies Partial<PushOptions>;

/** A target takes the stream. */
export interface ConnectedEvent {
  readonly type: 'connected';
  /** Without its key. */
  readonly target: string;
  /** How often that has happened. */
  readonly connections: number;
  /** Nothing is encoded for it. */
  readonly copied: boolean;
}

/** A target cannot be reached, or has let go. It is tried again, without end. */
export interface DisconnectedEvent {
  readonly type: 'disconnected';
  readonly target: string;
  readonly message: string;
  /** Milliseconds until it is tried again. 0: the programme is over, and it is not. */
  readonly retryIn: number;
}

/** How much a target has taken. */
export interface PushedTarget {
  readonly target: string;
  readonly isConnected: boolean;
  readonly connections: number;
  /** Of media, and bytes, over all connections. */
  readonly seconds: number;
  readonly bytes: number;
  /** How often media was left out, since the target took too little. */
  readonly dropped: number;
}

/** How it goes; at most once a second. */
export interface PushProgressEvent {
  readonly type: 'progress';
  readonly targets: readonly PushedTarget[];
}

export type PushEvent =
  | ConnectedEvent
  | DisconnectedEvent
  | PushProgressEvent
  | LiveGapEvent
  | LiveCutEvent
  | LiveReadWarningEvent
  | WaitingEvent
  | ResumedEvent
  | FiguresEvent;

export interface PushSummary {
  readonly stream: string;
  readonly targets: readonly PushedTarget[];
  /** Segments that the publisher could not send. */
  readonly gaps: number;
  /** `signal` ended it. */
  readonly interrupted: boolean;
}
