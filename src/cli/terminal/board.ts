/** What a run has told so far, as far as a display needs it. Pure: events and moments go in, a board comes out. */
import type {
  AssignedEvent,
  DownloadEvent,
  FailedEvent,
  NotRemovedEvent,
  NotSentEvent,
  ProgressEvent,
  StartedEvent,
  UploadEvent,
  WaitingEvent,
} from '../../files/shared/events.ts';
import { addSample, type Pace } from './pace.ts';

/** Any event of an upload or a download. */
export type RunEvent = DownloadEvent | UploadEvent;

export type Verb = 'upload' | 'download';

/** A file that did not make it, and why. */
export interface Failure {
  readonly path: string;
  readonly reason: string;
}

/** What holds the work up, and since when (milliseconds on the caller's clock). */
export interface Hold {
  readonly event: WaitingEvent;
  readonly since: number;
}

export interface Board {
  readonly verb: Verb;
  /** Without end: the source or the topic is watched. */
  readonly watching: boolean;
  readonly started: StartedEvent | undefined;
  /** Of a member of a group: what it reads now. */
  readonly assigned: AssignedEvent | undefined;
  readonly progress: ProgressEvent | undefined;
  readonly pace: Pace;
  readonly holds: ReadonlyMap<WaitingEvent['on'], Hold>;
  /** The failures so far by path; a file that makes it in the end leaves. At most {@link failureLimit}. */
  readonly failures: ReadonlyMap<string, Failure>;
}

/** A run over millions of files must not remember them all; the summary has their number. */
export const failureLimit = 1000;

export function emptyBoard(verb: Verb, watching: boolean): Board {
  const none = { started: undefined, assigned: undefined, progress: undefined };
  return { verb, watching, ...none, pace: [], holds: new Map(), failures: new Map() };
}

/** The board after an event that came at `now` milliseconds. */
export function tell(board: Board, event: RunEvent, now: number): Board {
  switch (event.type) {
    case 'started':
      return { ...board, started: event, pace: [{ at: now, bytes: 0 }] };
    case 'assigned':
      return { ...board, assigned: event };
    case 'progress':
      return { ...board, progress: event, pace: addSample(board.pace, { at: now, bytes: event.bytesDone }) };
    case 'waiting': {
      const since = board.holds.get(event.on)?.since ?? now;
      return { ...board, holds: new Map(board.holds).set(event.on, { event, since }) };
    }
    case 'resumed': {
      const holds = new Map(board.holds);
      holds.delete(event.on);
      return { ...board, holds };
    }
    case 'not-sent':
    case 'not-removed':
    case 'failed':
      return withFailure(board, event);
    case 'sent':
    case 'settled':
    case 'removed':
      return withoutFailure(board, event.path);
    case 'received':
      return withoutFailure(board, `${event.uploader}/${event.path}`);
    default:
      return board;
  }
}

function withFailure(board: Board, event: NotSentEvent | NotRemovedEvent | FailedEvent): Board {
  const path = event.type === 'failed' ? `${event.uploader}/${event.path}` : event.path;
  if (board.failures.size >= failureLimit && !board.failures.has(path)) return board;
  const reason = event.type === 'failed' ? event.message : event.reason;
  return { ...board, failures: new Map(board.failures).set(path, { path, reason }) };
}

function withoutFailure(board: Board, path: string): Board {
  if (!board.failures.has(path)) return board;
  const failures = new Map(board.failures);
  failures.delete(path);
  return { ...board, failures };
}
