/**
 * Packets in the order in which they were sent: those that overtook others wait, what is missing is named so that it can be asked for again, and is given up
 * after a while. Pure; times are milliseconds of any clock.
 */

export interface ReorderOptions {
  /** How long the packets behind a hole wait for it. */
  readonly patience: number;
  /** How long to wait before a packet is asked for again, once more. */
  readonly repeat: number;
}

/** `lost`: so many packets before the next one will not come. */
export type Ordered<T> = { readonly packet: T } | { readonly lost: number };

/** More waiting packets than this are no order that could be mended: a sender that began anew, or an attack. */
const most = 2048;
/** A packet that was asked for so many times will not come. */
const attempts = 8;

export class Reorder<T> {
  readonly #options: ReorderOptions;
  readonly #waiting = new Map<number, { readonly packet: T; readonly at: number }>();
  readonly #holes = new Map<number, { asked: number; at: number }>();
  #next: number | undefined;
  #highest = -1;
  /** Of a jump that was not told yet. */
  #skipped = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  /** `sequence`: as numbers that do not begin again. What came before, or too late, is dropped. */
  push(sequence: number, packet: T, now: number): void {
    this.#next ??= sequence;
    if (Math.abs(sequence - this.#next) > most) this.#begin(sequence);
    if (sequence < this.#next || this.#waiting.has(sequence)) return;
    this.#waiting.set(sequence, { packet, at: now });
    this.#holes.delete(sequence);
    for (let hole = Math.max(this.#highest + 1, this.#next); hole < sequence; hole += 1)
      this.#holes.set(hole, { asked: 0, at: now });
    this.#highest = Math.max(this.#highest, sequence);
  }

  /** All that can be handed on by now, in order. */
  *take(now: number): Generator<Ordered<T>> {
    const skipped = this.#skipped;
    this.#skipped = 0;
    if (skipped > 0) yield { lost: skipped };
    while (this.#next !== undefined) {
      const found = this.#waiting.get(this.#next);
      if (found !== undefined) {
        this.#waiting.delete(this.#next);
        this.#next += 1;
        yield { packet: found.packet };
        continue;
      }
      const lost = this.#givenUp(now);
      if (lost === 0) return;
      for (let hole = this.#next; hole < this.#next + lost; hole += 1) this.#holes.delete(hole);
      this.#next += lost;
      yield { lost };
    }
  }

  /** Sequence numbers that are to be asked for now. Each call counts as asking. */
  missing(now: number): number[] {
    const wanted: number[] = [];
    for (const [sequence, hole] of this.#holes) {
      if (hole.asked >= attempts || (hole.asked > 0 && now - hole.at < this.#options.repeat)) continue;
      hole.asked += 1;
      hole.at = now;
      wanted.push(sequence);
    }
    return wanted;
  }

  /** How many packets are missing before the first one that waits, once that has waited long enough. */
  #givenUp(now: number): number {
    if (this.#waiting.size === 0) return 0;
    let first = Number.POSITIVE_INFINITY;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [sequence, { at }] of this.#waiting) {
      first = Math.min(first, sequence);
      oldest = Math.min(oldest, at);
    }
    return now - oldest < this.#options.patience ? 0 : first - this.#next!;
  }

  #begin(sequence: number): void {
    // How many they were, nobody knows of a jump back.
    this.#skipped += Math.max(1, sequence - this.#next!);
    this.#waiting.clear();
    this.#holes.clear();
    this.#next = sequence;
    this.#highest = sequence - 1;
  }
}
