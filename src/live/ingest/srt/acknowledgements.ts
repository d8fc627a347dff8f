/** When a receiver acknowledges, what it says, and the round trip that it measures by it (draft-sharabayko-srt, 3.2.4 and 4.8.1). */

/** Acknowledgements whose answers are waited for; an older one tells nothing of now. */
const mostUnanswered = 64;
/** Milliseconds of a round trip at the most: 32 bits have room for an hour in microseconds, and a sender may answer when it likes. */
const longest = 5000;

export interface Acknowledgement {
  readonly number: number;
  readonly content: Buffer;
}

export class Acknowledgements {
  /** By number: when it was sent (milliseconds), and what it said. */
  readonly #unanswered = new Map<number, { readonly at: number; readonly next: number }>();
  #number = 0;
  #told: number;
  #toldRoom = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** What the sender has confirmed to know. */
  #confirmed: number;
  #roundTrip = 100;
  #variance = 50;
  #isMeasured = false;

  constructor(next: number) {
    this.#told = next;
    this.#confirmed = next;
  }

  /** Milliseconds. */
  get roundTrip(): number {
    return this.#roundTrip;
  }

  /** Milliseconds after which an answer to something would have come. */
  get patience(): number {
    return this.#roundTrip + 4 * this.#variance;
  }

  /**
   * What is to be said now, to be asked every 10 ms: undefined where the sender knows it. `next`: the packet that is waited for; `room`: packets that may still come, `packets` and `bytes`: a second's.
   */
  due(
    now: number,
    next: number,
    room: number,
    rate: { readonly packets: number; readonly bytes: number },
  ): Acknowledgement | undefined {
    const isNews = next !== this.#told || (room > 0 && this.#toldRoom === 0);
    const isDoubtful = this.#confirmed !== this.#told && now - this.#toldAt >= this.patience;
    if (!isNews && !isDoubtful) return undefined;
    this.#number = (this.#number + 1) >>> 0;
    this.#note(this.#number, now, next);
    [this.#told, this.#toldRoom, this.#toldAt] = [next, room, now];
    const content = Buffer.alloc(28);
    content.writeUInt32BE(next, 0);
    content.writeUInt32BE(Math.round(this.#roundTrip * 1000), 4);
    content.writeUInt32BE(Math.round(this.#variance * 1000), 8);
    content.writeUInt32BE(room, 12);
    content.writeUInt32BE(rate.packets, 16);
    // How much the line could carry is not measured; the least that is true.
    content.writeUInt32BE(rate.packets, 20);
    content.writeUInt32BE(rate.bytes, 24);
    return { number: this.#number, content };
  }

  #note(number: number, at: number, next: number): void {
    this.#unanswered.set(number, { at, next });
    const [oldest] = this.#unanswered.keys();
    if (oldest !== undefined && this.#unanswered.size > mostUnanswered) this.#unanswered.delete(oldest);
  }

  /** The sender has answered the acknowledgement of this number. */
  answered(number: number, now: number): void {
    const sent = this.#unanswered.get(number);
    if (sent === undefined) return;
    this.#confirmed = sent.next;
    // None of them can be answered any more: what is confirmed never goes back.
    for (const older of this.#unanswered.keys()) {
      this.#unanswered.delete(older);
      if (older === number) break;
    }
    this.#measure(Math.min(longest, Math.max(0.01, now - sent.at)));
  }

  #measure(sample: number): void {
    if (this.#isMeasured) {
      this.#variance += (Math.abs(sample - this.#roundTrip) - this.#variance) / 4;
      this.#roundTrip += (sample - this.#roundTrip) / 8;
    } else {
      [this.#roundTrip, this.#variance, this.#isMeasured] = [sample, sample / 2, true];
    }
  }
}
