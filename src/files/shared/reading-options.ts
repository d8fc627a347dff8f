/** The options of what only reads a topic (`list`, `cat`, `verify`), and what it tells of the files there. */
import type { StoreOptions } from '../../stores/options.ts';
import type { ResumedEvent, WaitingEvent, WarningEvent } from './events.ts';
import type { KeyringOptions } from './keyring.ts';
import type { TopicOptions } from './options.ts';

/** What only reads has little to tell: that it waits for the cluster, that this is over, and what cannot be shown without a key. */
export interface ReadingOptions extends TopicOptions, KeyringOptions {
  readonly onEvent?: (event: WaitingEvent | ResumedEvent | WarningEvent) => void;
}

export interface ListOptions extends ReadingOptions {
  /** Only this uploader's files. */
  readonly uploader?: string;
  /** Only the newest complete version of each path, where there is one (default); false: every version. */
  readonly newestOnly?: boolean;
  /** Only versions of which one of these is so; of each path all that are known, not the newest alone. */
  readonly state?: readonly ListedWord[];
  /** Globs over the relative path; when given, only what matches one. */
  readonly include?: readonly string[];
  /** Globs over the relative path; what matches is left out, whole folders too. */
  readonly exclude?: readonly string[];
  /** Only what was sent at this time or later, milliseconds since the epoch. */
  readonly since?: number;
  /** Only what was sent at this time or before. */
  readonly until?: number;
  /** Only files of so many bytes or more. */
  readonly larger?: number;
  /** Only files of so many bytes or fewer. */
  readonly smaller?: number;
}

/**
 * `complete`: closed, and all bytes are on the topic. `sending`: not closed, and not given up. `incomplete`: bytes of it are not on the topic
 * (any more). `aborted`: given up by its uploader. `superseded`: a newer version of the path is complete, or it went
 * after it. `removed`: it went at its source, and this says so. `link`: a
 * symbolic link. `folder`: a folder that was sent as one.
 */
export const listedStates = [
  'complete',
  'sending',
  'incomplete',
  'aborted',
  'superseded',
  'removed',
  'link',
  'folder',
] as const;
export type ListedState = (typeof listedStates)[number];
/** `locked`: encrypted, and no key at hand opens it, whatever its state is. */
export const listedWords = [...listedStates, 'locked'] as const;
export type ListedWord = (typeof listedWords)[number];

export interface VerifyOptions extends ReadingOptions, StoreOptions {
  /** The sink: a directory, or the URL of a place in a store. */
  readonly to: string;
  /** Only this uploader's files. */
  readonly uploader?: string;
}

/** One version of one file on the topic. */
export interface ListedFile {
  readonly uploader: string;
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  readonly digest: string;
  /** The file's own modification time, milliseconds since the epoch. */
  readonly mtime: number;
  /** When its closing record was written, milliseconds since the epoch. */
  readonly sentAt: number;
  readonly state: ListedState;
  /** Of what is being sent: bytes that are on the topic. */
  readonly done?: number;
  /** Bytes a second since it was begun; absent where nothing has come for a minute. */
  readonly rate?: number;
  /** Bytes `[start, end)` that are not on the topic, of what is closed; absent where nobody knows which. */
  readonly missing?: readonly (readonly [start: number, end: number])[];
  readonly encrypted?: true;
  /** Encrypted, and what no key at hand opens is not told: its name may stand as a hash, its size and digest as nothing. */
  readonly locked?: true;
}

export interface CatOptions extends ReadingOptions {
  /** `UPLOADER/PATH`. */
  readonly file: string;
  /** A version of it; default: the newest complete one. */
  readonly upload?: string;
  /** A version that is still being sent is one too, and is waited for until it is closed. */
  readonly follow?: boolean;
}
