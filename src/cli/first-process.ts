/**
 * Signals of who is the first process of a container. To that one the kernel does nothing that it has not asked for: a verb that listens
 * to no signal could not be ended by Ctrl-C, nor by `docker stop` before it is killed.
 */
import { constants } from 'node:os';

const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is needed of a process. */
export interface Signalled {
  readonly pid: number;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  listenerCount(signal: NodeJS.Signals): number;
  exit(code: number): void;
}

/** Has signals end it as they end any other process, while nobody else listens to them. Does nothing where it is not the first. */
export function endAsOthersDo(own: Signalled): void {
  if (own.pid !== 1) return;
  for (const signal of ends)
    own.on(signal, () => {
      if (own.listenerCount(signal) === 1) own.exit(128 + constants.signals[signal]);
    });
}
