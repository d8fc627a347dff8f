/** Opening a sink on a disk that is full, or in a store that is away: as for files that come, it may work later, and nobody has to start anything again. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import type { Sink } from '../../stores/contract.ts';
import { isLackOfRoom } from '../../stores/lack-of-room.ts';
import { isAway } from '../../stores/store-fault.ts';
import { pauseAfter } from '../shared/disk-retry.ts';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';

export interface OpenWhenRoomOptions {
  /** The place, for people. */
  readonly to: string;
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds between two tries. */
  readonly pause?: number;
}

/** Tries `open` until it finds room, and its store. Rejects with what else is wrong at once, and with an AbortError once the signal has come. */
export async function openWhenRoom(
  open: () => Promise<Sink>,
  { to, onEvent, signal, pause = 1000 }: OpenWhenRoomOptions,
): Promise<Sink> {
  let waited: WaitingEvent['on'] | undefined;
  for (let tries = 0; ; tries++) {
    try {
      const sink = await unlessStopped(open(), signal);
      if (waited !== undefined) onEvent({ type: 'resumed', on: waited, message: `${to} takes files again` });
      return sink;
    } catch (error) {
      if (!isLackOfRoom(error) && !isAway(error)) throw error;
      const [on, until] = isAway(error)
        ? (['sink', 'it is tried again until it works'] as const)
        : (['disk', 'it goes on by itself when there is room'] as const);
      if (waited === undefined)
        onEvent({ type: 'waiting', on, message: `${describeError(error)}; ${until}` });
      waited ??= on;
      await delay(pauseAfter(error, tries, pause), undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** A store that takes a request and says nothing is no reason to stay. A sink that opens after all is closed. */
async function unlessStopped(opening: Promise<Sink>, signal: AbortSignal | undefined): Promise<Sink> {
  if (signal === undefined) return opening;
  let stop: () => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new DOMException('stopped while a sink was opened', 'AbortError'));
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([opening, stopped]);
  } catch (error) {
    opening.then((sink) => sink.close()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
