/**
 * Requests for stripes that are under way. Over a line with loss some connections carry a small part of what others do, and all that have
 * nothing more to do would wait for them; so the same is asked for once more where that is sooner here, and the first that comes counts.
 */
import type { Backlog } from './backlog.ts';
import type { Lane } from './lanes.ts';
import type { Stripe } from './stripes.ts';

/** So long is waited at the least before anything is said of how fast it comes, in milliseconds, or in times there and back. */
const leastMs = 1000;
const leastTrips = 8;
/** What is left of it has to take so many times longer than all of it would: on a line that is full it hardly does. */
const worth = 1.5;
/** By so many connections at once the same is asked for at the most. */
const most = 3;

/** What a request is sent on. */
export type Carrier = Pick<Lane, 'received' | 'link'>;

/** One request. */
export class Asked {
  readonly carrier: Carrier;
  /** About so many are awaited. */
  readonly bytes: number;
  readonly #since: number;
  readonly #received: number;

  /** `now`: milliseconds, steady. */
  constructor(carrier: Carrier, bytes: number, now: number) {
    this.carrier = carrier;
    this.bytes = bytes;
    this.#since = now;
    this.#received = carrier.received;
  }

  /** Milliseconds until the answer is here at the pace at which it has come; 0: it is too early to say. */
  left(now: number, roundTrip: number): number {
    const elapsed = now - this.#since;
    if (elapsed < Math.max(leastMs, leastTrips * roundTrip)) return 0;
    const come = this.carrier.received - this.#received;
    return come < this.bytes ? ((this.bytes - come) / come) * elapsed : 0;
  }

  /** A connection that carries `rate` bytes per millisecond would have all of it much sooner. */
  isSlow(rate: number, now: number, roundTrip: number): boolean {
    return this.left(now, roundTrip) > worth * (this.bytes / rate + roundTrip);
  }
}

/** One for a stripe. */
export class AskedAhead extends Asked {
  readonly backlog: Backlog;
  readonly stripe: Stripe;
  /** Its answer came by another connection: nobody awaits it any more. */
  isOvertaken = false;

  constructor(carrier: Carrier, backlog: Backlog, stripe: Stripe, now: number) {
    super(carrier, backlog.sizes.bytesOf(stripe.to - stripe.next), now);
    this.backlog = backlog;
    this.stripe = stripe;
  }

  /** What still comes would be carried in vain, and hold up others on the same line. */
  overtake(): void {
    this.isOvertaken = true;
    this.carrier.link?.connection.close();
  }
}

export class UnderWay {
  readonly #all = new Set<AskedAhead>();

  get isAny(): boolean {
    return this.#all.size > 0;
  }

  /** About so many are awaited. */
  get bytes(): number {
    let bytes = 0;
    for (const asked of this.#all) bytes += asked.bytes;
    return bytes;
  }

  add(asked: AskedAhead): void {
    this.#all.add(asked);
  }

  /** Its answer is here, or will not come. */
  delete(asked: AskedAhead): void {
    this.#all.delete(asked);
  }

  isAwaited(stripe: Stripe): boolean {
    return [...this.#all].some((asked) => asked.stripe === stripe);
  }

  /** It has come: whoever else was asked for the same is closed. */
  overtake(stripe: Stripe): void {
    for (const asked of this.#all) {
      if (asked.stripe !== stripe) continue;
      this.#all.delete(asked);
      asked.overtake();
    }
  }

  /**
   * The one that would be waited for longest, if a connection that carries `rate` bytes per millisecond would bring all of it much sooner;
   * undefined: there is none. Times in milliseconds.
   */
  slowest(rate: number, now: number, roundTrip: number): AskedAhead | undefined {
    let longest = 0;
    let slowest: AskedAhead | undefined;
    for (const [stripe, same] of Map.groupBy(this.#all, ({ stripe }) => stripe)) {
      if (
        stripe.isDropped ||
        same.length >= most ||
        !same.every((asked) => asked.isSlow(rate, now, roundTrip))
      )
        continue;
      const left = Math.min(...same.map((asked) => asked.left(now, roundTrip)));
      if (left <= longest) continue;
      longest = left;
      slowest = same[0];
    }
    return slowest;
  }
}
