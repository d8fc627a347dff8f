/**
 * Whether packets queue on the way from the cluster: a small request is then answered later than at best, behind all that is on its way to us. A
 * line that is only lossy, or long, has no queue.
 */
/** Milliseconds between two questions at the least. */
const askEvery = 300;
/** An answer that takes so many times as long as at best, and so many milliseconds more, has waited (as for what is sent: `produce/lane-count.ts`). */
const longer = 1.5;
const margin = 15;

/** What is asked: the whole cluster, of which no topic is wanted. */
export interface Asked {
  metadata(topics: []): Promise<unknown>;
  /** Milliseconds that it took to answer at best. */
  readonly nearest: { readonly answered: number };
  readonly signal: AbortSignal;
}

export class LineQueue {
  readonly #cluster: Asked;
  #isAsked = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** So many answers have waited, one after the other. */
  #waited = 0;

  constructor(cluster: Asked) {
    this.#cluster = cluster;
  }

  /** By the last two answers: one may have been lost on its way, and sent again. */
  get isLong(): boolean {
    return this.#waited >= 2;
  }

  /** Asks, unless it has just done so. `now`: milliseconds, steady. */
  look(now: number): void {
    if (this.#isAsked || now - this.#askedAt < askEvery || this.#cluster.signal.aborted) return;
    this.#askedAt = now;
    void this.#ask();
  }

  /** Never rejects: a cluster that does not answer says nothing of the line. */
  async #ask(): Promise<void> {
    this.#isAsked = true;
    const begun = performance.now();
    try {
      await this.#cluster.metadata([]);
      const hasWaited = performance.now() - begun > longer * this.#cluster.nearest.answered + margin;
      this.#waited = hasWaited ? this.#waited + 1 : 0;
    } catch {
      this.#waited = 0;
    }
    this.#isAsked = false;
  }
}
