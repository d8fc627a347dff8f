/**
 * What an upload and a download tell while they run. The command line turns these into bars, log lines or `--json`
 * objects (one event, one line); library users get them through `onEvent`.
 * Sizes are bytes, times are milliseconds since the epoch, durations are seconds, paths are relative with `/`.
 */
import type { FiguresEvent } from '../../figures/options.ts';
import type { TreeDownloadEvent, TreeUploadEvent } from './tree-events.ts';

/** A file in flight, for progress displays. */
export interface FileInFlight {
  readonly path: string;
  readonly size: number;
  /** Bytes acknowledged (upload) or written (download) so far. */
  readonly done: number;
}

/** How far the run is; emitted at most every 200 ms, and once at the end. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly filesDone: number;
  readonly filesFailed: number;
  /** Files known to remain (upload: found and not acknowledged; download: open). */
  readonly filesOpen: number;
  readonly bytesDone: number;
  /** Bytes that this run knows it has to move in all; grows while the source is scanned or the topic goes on. */
  readonly bytesTotal: number;
  /** Records and bytes that went over the wire, re-sent or fetched again ones included; bytes before compression. */
  readonly records: number;
  readonly wireBytes: number;
  /** Since when the oldest of those that remain is known; absent: none remains. */
  readonly oldestOpen?: number;
  /** Upload: so many wait that the source is not looked through any further; it may have more. */
  readonly heldUp?: true;
  /** The largest few files in flight. */
  readonly inFlight: readonly FileInFlight[];
}

/** Something holds the work up; it goes on by itself. `until` sentences are made for people. */
export interface WaitingEvent {
  readonly type: 'waiting';
  readonly on: 'kafka' | 'disk' | 'source' | 'sink';
  readonly message: string;
}

/** What a `waiting` waited for is there again. */
export interface ResumedEvent {
  readonly type: 'resumed';
  readonly on: WaitingEvent['on'];
  readonly message: string;
}

/** One warning that concerns no single file. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
}

/** The run began. */
export interface StartedEvent {
  readonly type: 'started';
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  /** The directory or URL at this end. */
  readonly place: string;
}

/** A file was sent, its closing record acknowledged. */
export interface SentEvent {
  readonly type: 'sent';
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  /** `algorithm:hex`. */
  readonly digest: string;
  /** Bytes that an earlier run had sent already. */
  readonly resumedFrom: number;
  /** Its bytes were on the topic: those of this file, which stood under this path then. */
  readonly copyOf?: string;
  /** With `delta`: so many of its bytes were on the topic, as those of former versions. */
  readonly reused?: number;
  readonly seconds: number;
}

/** A file was not sent: it changed while it was read, or cannot be read. */
export interface NotSentEvent {
  readonly type: 'not-sent';
  readonly path: string;
  readonly reason: string;
  /** True: it will be tried again by this run. */
  readonly again: boolean;
}

/** While watching: of a file that was told not to be sent nothing is wrong any more: it is on the topic as it is, or gone from the source. */
export interface SettledEvent {
  readonly type: 'settled';
  readonly path: string;
}

/** With `move`: a file that was sent was removed from the source. */
export interface RemovedEvent {
  readonly type: 'removed';
  readonly path: string;
}

/** With `move`: a file that was sent could not be removed from the source. It counts as failed. */
export interface NotRemovedEvent {
  readonly type: 'not-removed';
  readonly path: string;
  readonly reason: string;
}

/** Dry run: this file would be sent. */
export interface WouldSendEvent {
  readonly type: 'would-send';
  readonly path: string;
  readonly size: number;
  readonly reason: 'new' | 'changed' | 'resume';
}

export type UploadEvent =
  | TreeUploadEvent
  | StartedEvent
  | SentEvent
  | NotSentEvent
  | SettledEvent
  | RemovedEvent
  | NotRemovedEvent
  | WouldSendEvent
  | ProgressEvent
  | WaitingEvent
  | ResumedEvent
  | WarningEvent
  | FiguresEvent;

/** A file was verified and stands under its final name. */
export interface ReceivedEvent {
  readonly type: 'received';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  readonly digest: string;
  /** Where it stands at the sink, relative to its root. */
  readonly target: string;
  /** With `overwrite: 'rename'`: where the file is now that stood there. */
  readonly keptAs?: string;
}

/** With `overwrite` of `never` or `newer`: a file stands under the name of this version, and stays. */
export interface NotReplacedEvent {
  readonly type: 'not-replaced';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly target: string;
  readonly reason: string;
}

/** A file that was on the topic and does not stand at the sink under its name, and why. */
export interface FailedEvent {
  readonly type: 'failed';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly reason:
    | 'digest-mismatch'
    | 'missing-data'
    | 'refused-name'
    | 'refused-record'
    | 'conflicting-data'
    | 'no-key'
    | 'too-many-open'
    | 'sink';
  /** What is wrong, what is missing, where the remains are. */
  readonly message: string;
}

/** The source gave this upload up; its temporary file is gone. */
export interface AbortedEvent {
  readonly type: 'aborted';
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly reason: string;
}

/** A record of ours that is not as FORMAT.md says; it was skipped, and counts as a failure: it may have been a file. */
export interface RefusedRecordEvent {
  readonly type: 'refused-record';
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** Whose file it was, as far as the record says so legibly. */
  readonly uploader?: string;
  readonly path?: string;
}

/** The partitions of the topic that this member of a group reads from now on: all of them, not only new ones. */
export interface AssignedEvent {
  readonly type: 'assigned';
  readonly group: string;
  readonly partitions: readonly number[];
}

/** Records were removed before they were read, or cut off the log, and nobody can name all files that were lost by it: a failure. */
export interface LostEvent {
  readonly type: 'lost';
  readonly message: string;
}

export type DownloadEvent =
  | TreeDownloadEvent
  | StartedEvent
  | ReceivedEvent
  | NotReplacedEvent
  | FailedEvent
  | AbortedEvent
  | RefusedRecordEvent
  | AssignedEvent
  | LostEvent
  | ProgressEvent
  | WaitingEvent
  | ResumedEvent
  | WarningEvent
  | FiguresEvent;
