/** Packets of one sender put into their order again; what is missing is waited for, for a while. */
import { sequenceAfter, sequenceDistance } from './sequence.ts';

/** Packets from the first to the last. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A ring of packets behind the next one that is to be given out. No clock of the sender counts: a packet is waited for from the moment that one behind it came, which is when it should have been there,
 * so that neither drifting clocks nor the wrap of time stamps matter.
 */
export class ReceiveBuffer {
  readonly #capacity: number;
  readonly #patience: number;
  readonly #payloads: (Buffer | undefined)[];
  /** Of a missing packet: when it was found missing, and when it was last asked for; milliseconds. */
  readonly #missedAt: Float64Array;
  readonly #askedAt: Float64Array;
  #next: number;
  /** From the next packet to the farthest one that was seen. */
  #span = 0;
  #missing = 0;
  #lost = 0;

  /** `patience`: milliseconds that a missing packet is waited for; `capacity`: packets. */
  constructor(settings: { readonly next: number; readonly patience: number; readonly capacity: number }) {
    this.#next = settings.next;
    this.#patience = settings.patience;
    this.#capacity = settings.capacity;
    this.#payloads = new Array<Buffer | undefined>(settings.capacity);
    this.#missedAt = new Float64Array(settings.capacity);
    this.#askedAt = new Float64Array(settings.capacity);
  }

  /** The first packet that has not been given out, nor given up. */
  get next(): number {
    return this.#next;
  }

  /** Packets that are held or missing. */
  get span(): number {
    return this.#span;
  }

  /** Packets that are missing and still waited for. */
  get missing(): number {
    return this.#missing;
  }

  /** Packets that were given up so far. */
  get lost(): number {
    return this.#lost;
  }

  /** It lies before one that has come, and may still come itself. */
  isMissing(sequence: number): boolean {
    const ahead = sequenceDistance(this.#next, sequence);
    return ahead >= 0 && ahead < this.#span && this.#payloads[this.#slot(ahead)] === undefined;
  }

  /** False: it is here already, or comes too late. What lies too far ahead pushes out what is in its way: give out first. */
  insert(sequence: number, payload: Buffer, now: number): boolean {
    const ahead = sequenceDistance(this.#next, sequence);
    if (ahead < 0 || ahead >= this.#capacity) return false;
    if (ahead < this.#span) {
      const slot = this.#slot(ahead);
      if (this.#payloads[slot] !== undefined) return false;
      this.#missing--;
      this.#payloads[slot] = payload;
      return true;
    }
    this.#extend(ahead, now);
    this.#payloads[this.#slot(ahead)] = payload;
    this.#span = ahead + 1;
    return true;
  }

  /** Packets between the farthest one and the one that is `ahead` are missing from now on. */
  #extend(ahead: number, now: number): void {
    for (; this.#span < ahead; this.#span++) {
      const slot = this.#slot(this.#span);
      this.#missedAt[slot] = now;
      this.#askedAt[slot] = Number.NEGATIVE_INFINITY;
      this.#missing++;
    }
  }

  /** Payloads that follow on what was given out, in order. */
  take(): Buffer[] {
    const payloads: Buffer[] = [];
    while (this.#span > 0) {
      const slot = this.#slot(0);
      const payload = this.#payloads[slot];
      if (payload === undefined) break;
      payloads.push(payload);
      this.#payloads[slot] = undefined;
      this.#step();
    }
    return payloads;
  }

  /**
   * Payloads that can be given out by now, in order: packets that have been waited for long enough, or whose sender has given them up, are passed over, however many holes they
   * are.
   */
  takeDue(now: number): Buffer[] {
    const payloads = this.take();
    while (this.#isDue(now)) {
      this.#missing--;
      this.#lost++;
      this.#step();
      payloads.push(...this.take());
    }
    return payloads;
  }

  /** Of the first packet, which is missing. */
  #isDue(now: number): boolean {
    return this.#span > 0 && now - this.#missedAt[this.#slot(0)]! >= this.#patience;
  }

  /** What its sender will not send any more is given up when its turn comes. */
  drop(range: SequenceRange, now: number): void {
    const from = Math.max(0, sequenceDistance(this.#next, range.first));
    const to = sequenceDistance(this.#next, range.last);
    if (to < from || to >= this.#capacity) return;
    this.#extend(to + 1, now);
    for (let ahead = from; ahead <= to; ahead++) this.#missedAt[this.#slot(ahead)] = Number.NEGATIVE_INFINITY;
  }

  /**
   * Makes room for a packet that is so far ahead that the ring does not reach it: what was in the way is given back in order, what was missing of it is lost.
   * Nothing happens where it has room.
   */
  makeRoom(sequence: number): Buffer[] {
    const excess = sequenceDistance(this.#next, sequence) - this.#capacity + 1;
    const payloads: Buffer[] = [];
    if (excess <= 0) return payloads;
    const steps = Math.min(excess, this.#span);
    for (let step = 0; step < steps; step++) {
      const slot = this.#slot(0);
      const payload = this.#payloads[slot];
      if (payload === undefined) {
        this.#missing--;
        this.#lost++;
      } else payloads.push(payload);
      this.#payloads[slot] = undefined;
      this.#step();
    }
    this.#lost += excess - steps;
    this.#next = sequenceAfter(this.#next, excess - steps);
    return payloads;
  }

  /** All that is held, in order; what is missing is lost. */
  rest(): Buffer[] {
    return this.makeRoom(sequenceAfter(this.#next, this.#span + this.#capacity - 1));
  }

  /** What is missing and was not asked for since `before`; it counts as asked for now. At most `limit` ranges, the oldest ones. */
  ask(before: number, now: number, limit: number): SequenceRange[] {
    const ranges: SequenceRange[] = [];
    let open = -1;
    // The farthest one has come, or was dropped: no range goes on behind it.
    for (let ahead = 0; this.#missing > 0 && ahead < this.#span; ahead++) {
      const slot = this.#slot(ahead);
      if (this.#isWanted(slot, before)) {
        this.#askedAt[slot] = now;
        if (open === -1) open = ahead;
      } else if (open !== -1) {
        ranges.push({ first: sequenceAfter(this.#next, open), last: sequenceAfter(this.#next, ahead - 1) });
        open = -1;
        if (ranges.length === limit) break;
      }
    }
    return ranges;
  }

  #isWanted(slot: number, before: number): boolean {
    return (
      this.#payloads[slot] === undefined &&
      this.#askedAt[slot]! <= before &&
      this.#missedAt[slot] !== Number.NEGATIVE_INFINITY
    );
  }

  #step(): void {
    this.#next = sequenceAfter(this.#next, 1);
    this.#span--;
  }

  /** Capacity is a power of two, which 2^31 is a multiple of: slots go on where numbers wrap. */
  #slot(ahead: number): number {
    return (this.#next + ahead) % this.#capacity;
  }
}
