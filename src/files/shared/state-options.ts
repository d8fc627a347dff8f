/** The options of what shows and changes that which uploaders remember. */

import type { ResumedEvent, WaitingEvent, WarningEvent } from './events.ts';
import type { TopicOptions } from './options.ts';
import type { ReadingOptions } from './reading-options.ts';

/** Which of it. */
export interface StateOfOptions {
  /** Whose. */
  readonly uploader?: string;
  /** Relative to its source. */
  readonly path?: string;
  /** Globs over the relative path; when given, only what matches one, also where `path` names it. */
  readonly include?: readonly string[];
  /** Globs over the relative path; what matches is left out, whole folders too. */
  readonly exclude?: readonly string[];
}

export interface StateOptions extends ReadingOptions, StateOfOptions {}

export interface ChangeStateOptions extends TopicOptions {
  readonly uploader: string;
  /** The file with the key of names, of an uploader that encrypts them. */
  readonly encryptNames?: string;
  readonly onEvent?: (event: WaitingEvent | ResumedEvent | WarningEvent) => void;
}

export interface ForgetStateOptions extends ChangeStateOptions, StateOfOptions {
  readonly uploader: string;
}
