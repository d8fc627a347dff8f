/**
 * PURE. How long a broker may be silent while it is sent to, in time-outs: a request of 1 MB takes two minutes at 64 kbit/s,
 * and a socket that is half open never answers. Each link that stands still has the next one given twice the time, until one
 * has carried as much in time as the last one failed to.
 */

const most = 16;

export class TimeoutEstimate {
  readonly #stalled = new WeakSet<object>();
  #timeouts = 1;
  /** Bytes that were on their way when the last link stood still. */
  #doubted = 0;
  /** Bytes that have been answered in time since. */
  #proven = 0;

  /** Time-outs to wait. */
  get timeouts(): number {
    return this.#timeouts;
  }

  /** A request of so many bytes was on its way on a link that stood still. All requests of a link count as one standstill. */
  stalled(link: object, bytes: number): void {
    if (!this.#stalled.has(link)) {
      this.#stalled.add(link);
      this.#timeouts = Math.min(most, this.#timeouts * 2);
      this.#doubted = 0;
      this.#proven = 0;
    }
    this.#doubted += bytes;
  }

  /** A request of so many bytes was answered; `inTime`: within one time-out. True: from now on one time-out is enough again. */
  answered(bytes: number, inTime: boolean): boolean {
    if (this.#timeouts === 1) return false;
    this.#proven = inTime ? this.#proven + bytes : 0;
    if (this.#proven < this.#doubted) return false;
    this.#timeouts = 1;
    return true;
  }
}
