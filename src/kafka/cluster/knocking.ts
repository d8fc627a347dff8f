/**
 * Opens a socket to a broker that may be out of reach for the moment. Whoever asks once is asked for again by the kernel after 1, 3 and 7
 * seconds only, and would find a line that is whole again so much later; so we ask anew beside the attempts that are under way.
 */
import type { Socket } from 'node:net';
import { openSocket, type SocketOptions } from './socket.ts';

/**
 * Milliseconds between two attempts to reach a broker that does not answer, by how long it has been so. Systems send each of them again
 * after 1 and after 3 s, which is right between two of ours then: the way is tried twice as often as we ask.
 */
const askEveryMs = [2000 / 5, 2000 / 3, 2000];
/** The time between them is such a part of that for which it has been out of reach. */
const askShare = 1 / 75;

/** That time, for a broker that has been out of reach for so long: often after a short absence, and gently where it is away for long. */
export function askEvery(awayMs: number, roundTrip: number): number {
  const wanted = awayMs * askShare;
  return askEveryMs.find((each) => each >= wanted && each >= 3 * roundTrip) ?? askEveryMs.at(-1)!;
}

/**
 * {@link openSocket}, with another attempt every so many milliseconds until one has been taken; the first that stands is it. All of
 * them have `connectTimeout` together. Rejects with what the first attempt says that is not merely late.
 */
export function openSocketSoon(options: SocketOptions, every: number): Promise<Socket> {
  const { connectTimeout, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const attempts = new Set<AbortController>();
  const begun = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    for (const attempt of attempts) attempt.abort();
  };
  const over = (): void => {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    const late = [...attempts];
    attempts.clear();
    for (const attempt of late) attempt.abort();
  };
  const ask = (): void => {
    const left = connectTimeout - (performance.now() - begun);
    if (left <= every && attempts.size > 0) return;
    const own = new AbortController();
    attempts.add(own);
    const taken = (milliseconds: number): void => {
      clearInterval(timer);
      options.onTaken?.(milliseconds);
    };
    openSocket({ ...options, connectTimeout: left, signal: own.signal, onTaken: taken }).then(
      (socket) => {
        const isFirst = attempts.delete(own);
        if (!isFirst) socket.destroy();
        else {
          over();
          resolve(socket);
        }
      },
      (error: unknown) => {
        if (!attempts.delete(own)) return;
        over();
        reject(error);
      },
    );
  };
  signal?.addEventListener('abort', stop);
  timer = setInterval(ask, every).unref();
  ask();
  return promise;
}
