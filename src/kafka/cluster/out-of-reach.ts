/** A broker from which nothing comes back at all, which is another thing than one that refuses. PURE. */

/** Nobody has taken the connection, nor refused it, for so many milliseconds. */
export class Unanswered extends Error {
  readonly waited: number;

  constructor(waited: number) {
    super(`no connection within ${Math.round(waited)} ms`);
    this.waited = waited;
  }
}

/** Nothing was sent: this machine knows no way there for the moment. */
const localCodes = new Set(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH', 'EADDRNOTAVAIL']);

/** Milliseconds for which an answer was waited for in vain, by an error or what caused it; undefined when it says something else. */
export function outOfReach(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Unanswered) return cause.waited;
    if (localCodes.has(String(Reflect.get(cause, 'code')))) return 0;
  }
  return undefined;
}

/** True for an error of a machine that is there, and on which nobody listens at that port: a broker that is being started, perhaps. */
export function isTurnedAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (Reflect.get(cause, 'code') === 'ECONNREFUSED') return true;
  return false;
}
