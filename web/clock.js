// @ts-check
/** The server's clock, as seen from here: what viewers are kept in step by. */

/**
 * One question to the server. Milliseconds.
 * @typedef {object} Sample
 * @property {number} offset server's clock minus ours
 * @property {number} roundTrip
 */

/**
 * The answer to be trusted: of the one that was quickest on its way the least can be wrong, half of its round trip at most. Pure.
 * @param {readonly Sample[]} samples
 * @returns {Sample | undefined}
 */
export function best(samples) {
  return samples.reduce(
    (found, sample) => (found === undefined || sample.roundTrip < found.roundTrip ? sample : found),
    /** @type {Sample | undefined} */ (undefined),
  );
}

/** How many of the newest samples are looked at: those of some minutes, in which clocks do not drift apart by what can be seen. */
const remembered = 12;

export class ServerClock {
  /** @type {Sample[]} */
  #samples = [];
  #ask;

  /** @param {() => Promise<number>} ask the server's time, milliseconds since the epoch, fractions included */
  constructor(ask) {
    this.#ask = ask;
  }

  /** Whether the server has been asked, and has answered. */
  get known() {
    return this.#samples.length > 0;
  }

  /** The server's time, milliseconds since the epoch; until it is known, ours. */
  now() {
    return performance.timeOrigin + performance.now() + (best(this.#samples)?.offset ?? 0);
  }

  /** Half of it is how wrong `now()` may be. Milliseconds. */
  get roundTrip() {
    return best(this.#samples)?.roundTrip;
  }

  /** Asks once. Never throws: a server that does not answer leaves what is known. */
  async sample() {
    try {
      const sent = performance.now();
      const time = await this.#ask();
      const received = performance.now();
      const here = performance.timeOrigin + (sent + received) / 2;
      this.#samples.push({ offset: time - here, roundTrip: received - sent });
      if (this.#samples.length > remembered) this.#samples.shift();
    } catch {
      // Asked again later.
    }
  }

  /** Asks a few times now, for the first answers are slowed by what the page is loading, and then for ever, now and then. */
  keep() {
    const first = async () => {
      for (let i = 0; i < 4; i += 1) await this.sample();
    };
    void first();
    setTimeout(first, 1500);
    setInterval(() => void this.sample(), 20_000);
  }
}
