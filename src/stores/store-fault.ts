/** What a store that is no disk says when it cannot do what it was asked for. */
import { SluiceError } from '../errors.ts';

/** Whom it concerns, in the words of {@link faultScope}: one name or file; room; or everything, for the store is away for now. */
export type StoreFaultScope = 'name' | 'space' | 'sink';

/**
 * An answer of a store, or none. Errors that no waiting mends are ConfigurationErrors instead. `code` says of what kind it is, by the
 * names that the system has for the same thing:
 * `ENOENT` there is no such object; `ESTALE` it is not the one that was meant any more; `EACCES` it may not be read or written;
 * `EINVAL` the store refuses this one; `ERANGE` it has no such bytes; `ENOSPC` no room; `EAGAIN` the store is away, or busy.
 */
export class StoreFault extends SluiceError {
  override name = 'StoreFault';
  readonly scope: StoreFaultScope;
  readonly code: string;
  /** Milliseconds after which the store wants to be asked again, where it said so. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    options: ErrorOptions & { scope: StoreFaultScope; code: string; retryAfter?: number | undefined },
  ) {
    super(message, options);
    this.scope = options.scope;
    this.code = options.code;
    this.retryAfter = options.retryAfter;
  }
}

/** True for a fault of everything: the same may succeed later, without anybody doing anything. */
export function isAway(error: unknown): error is StoreFault {
  return error instanceof StoreFault && error.scope === 'sink';
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof StoreFault && error.code === code;
}

/** Passes over that there is nothing. */
export function ignoreMissing(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error;
}
