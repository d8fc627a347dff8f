/** The options of `exportStream`, what it tells, and what it resolves with. Defaults stand here, once. */
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent, WarningEvent } from '../../files/shared/events.ts';
import type { LiveClientOptions, LivePlace } from '../../live/play/options.ts';
import { playDefaults } from '../../live/play/options.ts';
import type { StoreOptions } from '../../stores/options.ts';

export interface ExportFromOptions extends StoreOptions {
  readonly stream: string;
  /** A directory or URL, of this stream alone: what players open there are `index.m3u8` and `manifest.mpd`. */
  readonly to: string;
  /** The media topic. Default `live`. */
  readonly topic?: string;
  /** Begin with the segment that holds this time, where nothing stands yet. Default: all that the topic holds of the programme, with `window` so much of it. */
  readonly from?: LivePlace;
  /** Milliseconds that playlists list while the stream lives. Default: all, as an EVENT. */
  readonly window?: number;
  /** Remove what has left the window, once nobody can want it. Default: it stays, and the whole programme can be watched at its end. */
  readonly forget?: boolean;
  /** True: a stream that was never published is an error. Default: it is waited for. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}

export interface ExportOptions extends ExportFromOptions, LiveClientOptions, FiguresOptions {}

export const exportDefaults = {
  topic: playDefaults.topic,
  forget: false,
  once: false,
  ...figuresDefaults,
} as const satisfies Partial<ExportOptions>;

/** It is known what stands, and where it goes on. */
export interface ExportStartedEvent {
  readonly type: 'started';
  readonly stream: string;
  readonly place: string;
  /** Segments that stand already, and the number of the last one. */
  readonly segments: number;
  readonly media: number | undefined;
  readonly message: string;
}

/** A segment stands, and playlists name it. */
export interface ExportedEvent {
  readonly type: 'segment';
  readonly epoch: number;
  readonly media: number;
  /** Seconds. */
  readonly duration: number;
  readonly bytes: number;
  /** Seconds from its last picture until playlists named it. */
  readonly delay: number;
}

/** A segment that nobody has: the publisher could not send it, or the topic does not hold it any more. */
export interface ExportGapEvent {
  readonly type: 'gap';
  readonly media: number;
  readonly duration: number;
}

export type ExportEvent =
  | ExportStartedEvent
  | ExportedEvent
  | ExportGapEvent
  | WarningEvent
  | WaitingEvent
  | ResumedEvent
  | FiguresEvent;

/** What stands now. */
export interface ExportSummary {
  readonly stream: string;
  readonly place: string;
  readonly segments: number;
  readonly gaps: number;
  readonly seconds: number;
  /** Of media, as of what playlists name. */
  readonly bytes: number;
  /** The programme is over, and all of it stands as video on demand. */
  readonly over: boolean;
  /** `signal` ended it. */
  readonly interrupted: boolean;
}
