/** Notices that a sender's time stamps jump. Pure. */

/** Milliseconds: backwards, for sound and picture need not come in the order of their times; and ahead. */
const back = 1000;
const ahead = 10_000;

export class TimestampWatch {
  #newest: number | undefined;

  /** The time stamp of the next message, milliseconds modulo 2^32. A sentence, where it does not go on with those before. */
  push(timestamp: number): string | undefined {
    const before = this.#newest ?? timestamp;
    // Signed, so that what comes behind 2^32 - 1 goes on.
    const step = (timestamp - before) | 0;
    if (step > 0 || step < -back) this.#newest = timestamp;
    this.#newest ??= timestamp;
    if (step <= ahead && step >= -back) return undefined;
    const by = `${(Math.abs(step) / 1000).toFixed(1)} s ${step > 0 ? 'ahead' : 'back'}`;
    return `the time stamps of the sender jump by ${by}: its pictures may be lost until they go on`;
  }
}
