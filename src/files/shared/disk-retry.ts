/**
 * Waiting out a disk that cannot take more, or has failed for now. One owner of the retry: stores throw, this decides.
 * A full disk pauses the work, says how much is missing, and goes on by itself when there is room.
 */
import { setTimeout as delay } from 'node:timers/promises';
import prettyBytes from 'pretty-bytes';
import { describeError, SluiceError } from '../../errors.ts';
import type { FreeSpace, Sink } from '../../stores/contract.ts';
import { StoreFault } from '../../stores/store-fault.ts';
import type { ResumedEvent, WaitingEvent, WarningEvent } from './events.ts';
import { faultScope } from './fault-scope.ts';

/** Milliseconds until the next try, and at the most. */
const firstPause = 1000;
const longestPause = 30_000;

export interface DiskRetryOptions {
  readonly sink: Pick<Sink, 'place' | 'freeSpace' | 'check'>;
  readonly onEvent: (event: WaitingEvent | ResumedEvent | WarningEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds between two tries. */
  readonly pause?: number;
}

/** The run was stopped while a disk was waited for, or read: what was not published is not lost, for it was not committed. */
export class StoppedError extends Error {
  override name = 'StoppedError';
}

/** True for an error that concerns one name or one file, so that waiting would not mend it and others can go on. */
export function isPermanent(error: unknown): error is NodeJS.ErrnoException {
  return faultScope(error) === 'name';
}

/** Bytes, at the most, that a file system wants to have free for a new entry of a folder. */
const entryRoom = 1024 * 1024;

export class DiskRetry {
  readonly #options: DiskRetryOptions;
  #waiting = 0;
  #on: WaitingEvent['on'] = 'sink';
  #failedSync: SluiceError | undefined;

  constructor(options: DiskRetryOptions) {
    this.#options = options;
  }

  /**
   * Runs `work`, which concerns one name, until it succeeds; `needed` bytes are named when the disk is full. Throws what is wrong
   * with that name alone, what does not come from the system, StoppedError once the signal has come, and SluiceError from a
   * failed fsync on, whatever the work.
   */
  with<T>(needed: number, work: () => Promise<T>): Promise<T> {
    return this.#run(needed, work, true);
  }

  /** The same for work that concerns no name: every error of the system is waited for. */
  forAll<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(0, work, false);
  }

  /** Tells what the sink has to say for itself. */
  warn(message: string): void {
    this.#options.onEvent({ type: 'warning', message });
  }

  async #run<T>(needed: number, work: () => Promise<T>, hasName: boolean): Promise<T> {
    let waited = false;
    try {
      for (let tries = 0; ; tries++) {
        try {
          if (this.#failedSync !== undefined) throw this.#failedSync;
          return await work();
        } catch (error) {
          const scope = faultScope(error);
          if (scope === undefined) throw error;
          if (scope === 'durability') throw this.#believeNothing(error);
          // The system's error is another one while it is the sink that fails.
          const cause = scope === 'name' ? await this.#ofSink(error, hasName) : error;
          if (this.#options.signal.aborted)
            throw new StoppedError('stopped while the disk was waited for', { cause });
          if (!waited && this.#waiting++ === 0) await this.#say(cause, needed);
          waited = true;
          const pause = pauseAfter(cause, tries, this.#options.pause ?? firstPause);
          await delay(pause, undefined, { signal: this.#options.signal }).catch(() => {});
        }
      }
    } finally {
      if (waited && --this.#waiting === 0) this.#resumed();
    }
  }

  /** What is wrong with the sink as a whole; throws the error when it is the name's. */
  async #ofSink(error: unknown, hasName: boolean): Promise<unknown> {
    if (!hasName) return error;
    try {
      await this.#options.sink.check();
    } catch (cause) {
      // What no waiting mends, such as rights that were taken away.
      if (faultScope(cause) === undefined) throw cause;
      return cause;
    }
    if (await this.#isFull(error))
      return Object.assign(new Error(describeError(error), { cause: error }), { code: 'ENOSPC' });
    throw error;
  }

  /** A name found no room, and what a check writes is so little that it may find some on a disk that is full. */
  async #isFull(error: unknown): Promise<boolean> {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC') return false;
    const space = await this.#options.sink.freeSpace().catch(() => undefined);
    return space !== undefined && (space.bytes < entryRoom || space.files === 0);
  }

  #believeNothing(cause: unknown): SluiceError {
    const { place } = this.#options.sink;
    this.#failedSync ??= new SluiceError(
      `the disk of ${place} could not make durable what was written (${describeError(cause)}): look after the disk, then start again; nothing of it was committed, and it is fetched anew`,
      { cause },
    );
    return this.#failedSync;
  }

  async #say(error: unknown, needed: number): Promise<void> {
    const { sink, onEvent } = this.#options;
    const scope = faultScope(error);
    const space = scope === 'space' ? await sink.freeSpace().catch(() => undefined) : undefined;
    this.#on = scope === 'space' ? 'disk' : 'sink';
    onEvent({ type: 'waiting', on: this.#on, message: waitingText(sink.place, error, needed, space) });
  }

  #resumed(): void {
    const { sink, signal, onEvent } = this.#options;
    if (!signal.aborted)
      onEvent({ type: 'resumed', on: this.#on, message: `${sink.place} takes files again` });
  }
}

/**
 * Milliseconds until the next try. A disk is asked again after `first` each time. A store is asked again when it says so; else, for it may
 * be many that ask it, after twice as long each time, and not all at once. Pure, but for chance.
 */
export function pauseAfter(error: unknown, tries: number, first: number, chance = Math.random): number {
  if (!(error instanceof StoreFault)) return first;
  if (error.retryAfter !== undefined) return Math.min(longestPause, error.retryAfter);
  return Math.min(longestPause, first * 2 ** tries) * (0.5 + chance() / 2);
}

/** Why a sink is waited for, and until when. Pure. */
export function waitingText(
  place: string,
  error: unknown,
  needed: number,
  space: FreeSpace | undefined,
): string {
  const scope = faultScope(error);
  const cause = describeError(error);
  if (scope === 'limit')
    return `${place} cannot be written to while so much is open (${cause}): it goes on with less at a time; raise the limit (ulimit -n)`;
  if (scope !== 'space') return `cannot write to ${place} (${cause}); it is tried again until it works`;
  const least = needed === 0 ? '' : `${prettyBytes(needed)} are needed at least`;
  const isQuota = (error as NodeJS.ErrnoException).code === 'EDQUOT';
  if (isQuota)
    return `the quota on ${place} is used up${least === '' ? '' : ` (${least})`}; it goes on by itself when there is room`;
  if (space?.files === 0)
    return `the disk of ${place} can take no more files, however small (it has no inodes left, and ${prettyBytes(space.bytes)} are free); it goes on by itself when some are removed`;
  if (space !== undefined && space.bytes > needed)
    return `the disk of ${place} says that it is full (${cause}), though ${prettyBytes(needed)} are needed and ${prettyBytes(space.bytes)} are free: a quota, or a limit of one folder; it goes on by itself when there is room`;
  const have = space === undefined ? '' : `${prettyBytes(space.bytes)} are free`;
  const known = [least, have].filter((text) => text !== '').join(' and ');
  return `the disk of ${place} is full${known === '' ? '' : `: ${known}`}; it goes on by itself when there is room`;
}
