/** Opening a sink on a disk that is full: as for files that come, there may be room later, and nobody has to start anything again. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../../errors.ts';
import type { Sink } from '../../stores/contract.ts';
import { isLackOfRoom } from '../../stores/lack-of-room.ts';
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';

export interface OpenWhenRoomOptions {
  /** The place, for people. */
  readonly to: string;
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds between two tries. */
  readonly pause?: number;
}

/** Tries `open` until it finds room. Rejects with what else is wrong at once, and with an AbortError once the signal has come. */
export async function openWhenRoom(
  open: () => Promise<Sink>,
  { to, onEvent, signal, pause = 1000 }: OpenWhenRoomOptions,
): Promise<Sink> {
  for (let isSaid = false; ; isSaid = true) {
    try {
      const sink = await open();
      if (isSaid) onEvent({ type: 'resumed', on: 'disk', message: `${to} takes files again` });
      return sink;
    } catch (error) {
      if (!isLackOfRoom(error)) throw error;
      const message = `${describeError(error)}; it goes on by itself when there is room`;
      if (!isSaid) onEvent({ type: 'waiting', on: 'disk', message });
      await delay(pause, undefined, signal === undefined ? {} : { signal });
    }
  }
}
