/**
 * Why a broker hangs up on a producer again and again: it does so, without a word, on requests that are larger than it takes, and on what
 * comes after the end of a session, as a large one does over a slow line.
 */
import { StalledConnection } from '../cluster/endings.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import { isLeftBehind } from '../cluster/prober.ts';

/** Small requests pass wherever anything does. */
const largeBytes = 64 * 1024;
/** So often in a row the network is not why. */
const often = 3;

export class HungUp {
  #count = 0;

  /** A request was answered. */
  answered(): void {
    this.#count = 0;
  }

  /** A request of so many bytes was not: gives the error, with what it may come of. */
  explained(error: Error, bytes: number): Error {
    const isOfLine = error instanceof StalledConnection || isLeftBehind(error);
    if (isOfLine || !(error instanceof NetworkFailure) || bytes < largeBytes) return error;
    this.#count += 1;
    if (this.#count < often) return error;
    const limit = `it may take no requests of ${bytes} bytes (socket.request.max.bytes of the brokers), or end the session before they are there (connections.max.reauth.ms): raise that, or send smaller records (upload --chunk-size)`;
    return new NetworkFailure(`${error.message}; where small requests pass, ${limit}`, { cause: error });
  }
}
