/**
 * Waiting out a disk that cannot take more, or has failed for now. One owner of the retry: stores throw, this decides.
 * A full disk pauses the work, says how much is missing, and goes on by itself when there is room.
 */
import { setTimeout as delay } from 'node:timers/promises';
import prettyBytes from 'pretty-bytes';
import { describeError, SluiceError } from '../../errors.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';

/** Errors that concern one name or one file: waiting does not mend them. */
const permanent = new Set([
  'ENAMETOOLONG',
  'EISDIR',
  'ENOTDIR',
  'ELOOP',
  'EEXIST',
  'EINVAL',
  'ENOTEMPTY',
  'EFBIG',
  'EXDEV',
]);

export interface DiskRetryOptions {
  readonly place: string;
  readonly freeBytes: () => Promise<number | undefined>;
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds between two tries. */
  readonly pause?: number;
}

/** The run was stopped while a disk was waited for, or read: what was not published is not lost, for it was not committed. */
export class StoppedError extends Error {
  override name = 'StoppedError';
}

/** True for a system error that concerns one name or one file, so that waiting would not mend it. */
export function isPermanent(error: unknown): error is NodeJS.ErrnoException {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code !== undefined && permanent.has(code);
}

/**
 * After a failed fsync the system forgets what it could not write, and the next one succeeds: asking again proves nothing.
 * The run ends then, and its last commit must not happen either.
 */
function isFailedSync(error: Error): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === 'fsync' || syscall === 'fdatasync';
}

export class DiskRetry {
  readonly #options: DiskRetryOptions;
  #waiting = 0;
  #on: WaitingEvent['on'] = 'sink';
  #failedSync: SluiceError | undefined;

  constructor(options: DiskRetryOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` until it succeeds; `needed` bytes are named when the disk is full. Throws permanent errors and those that
   * do not come from the system, StoppedError once the signal has come, and SluiceError from a failed fsync on, whatever the work.
   */
  async with<T>(needed: number, work: () => Promise<T>): Promise<T> {
    let waited = false;
    try {
      for (;;) {
        try {
          if (this.#failedSync !== undefined) throw this.#failedSync;
          return await work();
        } catch (error) {
          if (!(error instanceof Error) || !('errno' in error) || isPermanent(error)) throw error;
          if (isFailedSync(error)) throw this.#believeNothing(error);
          if (this.#options.signal.aborted)
            throw new StoppedError('stopped while the disk was waited for', { cause: error });
          if (!waited && this.#waiting++ === 0) await this.#say(error as NodeJS.ErrnoException, needed);
          waited = true;
          await delay(this.#options.pause ?? 1000, undefined, { signal: this.#options.signal }).catch(
            () => {},
          );
        }
      }
    } finally {
      if (waited && --this.#waiting === 0) this.#resumed();
    }
  }

  #believeNothing(cause: Error): SluiceError {
    const { place } = this.#options;
    this.#failedSync ??= new SluiceError(
      `the disk of ${place} could not make durable what was written (${describeError(cause)}): look after the disk, then start again; nothing of it was committed, and it is fetched anew`,
      { cause },
    );
    return this.#failedSync;
  }

  async #say(error: NodeJS.ErrnoException, needed: number): Promise<void> {
    const { place, onEvent } = this.#options;
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
      const free = await this.#options.freeBytes().catch(() => undefined);
      const have = free === undefined ? '' : ` and ${prettyBytes(free)} are free`;
      const message = `the disk of ${place} is full: ${prettyBytes(needed)} are needed at least${have}; it goes on by itself when there is room`;
      this.#on = 'disk';
      onEvent({ type: 'waiting', on: 'disk', message });
    } else {
      const message = `cannot write to ${place} (${describeError(error)}); it is tried again until it works`;
      this.#on = 'sink';
      onEvent({ type: 'waiting', on: 'sink', message });
    }
  }

  #resumed(): void {
    const { place, signal, onEvent } = this.#options;
    if (!signal.aborted) onEvent({ type: 'resumed', on: this.#on, message: `${place} takes files again` });
  }
}
