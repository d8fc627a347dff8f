/** The options of `record`, what it tells, and what it resolves with. */
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ResumedEvent, WaitingEvent } from '../../files/shared/events.ts';
import type {
  LiveClientOptions,
  LiveCutEvent,
  LiveGapEvent,
  LivePlace,
  LiveReadOptions,
  LiveReadWarningEvent,
} from '../play/options.ts';
import { playDefaults } from '../play/options.ts';

export interface RecordFromOptions extends LiveReadOptions {
  /** The file, usually `*.mp4`. Until it is whole it is called `*.mp4.part`. */
  readonly out: string;
  /** Begin with the segment that holds this time. Default: the newest segment. */
  readonly from?: LivePlace;
  /** Milliseconds since the epoch of Unix: end before the first segment that begins then or later. Default: with the programme. */
  readonly to?: number;
  /** Replace a file that is there. */
  readonly force?: boolean;
  readonly onEvent?: (event: RecordEvent) => void;
}

export interface RecordOptions extends RecordFromOptions, LiveClientOptions, FiguresOptions {}

export const recordDefaults = {
  topic: playDefaults.topic,
  once: false,
  force: false,
  ...figuresDefaults,
} as const satisfies Partial<RecordOptions>;

/** The first picture is there. */
export interface RecordingEvent {
  readonly type: 'started';
  readonly stream: string;
  readonly rendition: string;
  readonly epoch: number;
  readonly media: number;
  /** When its first picture was taken: milliseconds since the epoch of Unix. */
  readonly captured: number;
  readonly path: string;
}

/** A file has its name: it is whole, and on the disk. */
export interface RecordedFile {
  readonly path: string;
  readonly segments: number;
  readonly seconds: number;
  readonly bytes: number;
}

export interface FileEvent extends RecordedFile {
  readonly type: 'file';
}

/** How it goes; at most once a second. */
export interface RecordProgressEvent {
  readonly type: 'progress';
  readonly segments: number;
  readonly seconds: number;
  readonly bytes: number;
}

export type RecordEvent =
  | RecordingEvent
  | FileEvent
  | RecordProgressEvent
  | LiveGapEvent
  | LiveCutEvent
  | LiveReadWarningEvent
  | WaitingEvent
  | ResumedEvent
  | FiguresEvent;

/** What a recording has. More than one file where the stream came to be made otherwise on the way. */
export interface RecordSummary {
  readonly stream: string;
  readonly files: readonly RecordedFile[];
  /** Over all files; a segment that began before the recording, or was cut off, counts as well. */
  readonly segments: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Segments that the publisher could not send. */
  readonly gaps: number;
  /** `signal` ended it. */
  readonly interrupted: boolean;
}
