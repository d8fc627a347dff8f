/**
 * Players that ask for what gives them nothing (it is not there, never came, they may not have it), again and again without a pause, are
 * slowed and not fed: some ask for the next segment as soon as one is refused, thousands of times a second. Who is told so now and then
 * notices nothing.
 */
import type { Exchange, SlowedAnswers } from './exchange.ts';
import { type Held, HeldRequests } from './held.ts';
import type { Reply } from './replies.ts';
import { playerOf } from './viewers.ts';

/** At once so many, then so many a second; nobody waits for longer than so many milliseconds. */
const allowance = { burst: 30, perSecond: 4, longest: 5000 } as const;
/** Players that are remembered, and requests that are held; above that answers are given at once. */
const most = { players: 4096, held: 1000 } as const;
/** Milliseconds between two looks at those who wait. */
const sweepEvery = 250;

interface HeldMiss extends Held {
  readonly reply: Reply;
}

export class Misses implements SlowedAnswers {
  readonly #now: () => number;
  readonly #held = new HeldRequests<HeldMiss>();
  /** By player: until when his allowance is used up, in milliseconds of the steady clock. */
  readonly #usedUntil = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  /** `now`: a steady clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#timer = setInterval(() => this.sweep(), sweepEvery).unref();
  }

  /** How many wait. */
  get count(): number {
    return this.#held.count;
  }

  take(exchange: Exchange, reply: Reply): boolean {
    if (this.#isClosed) return false;
    const now = this.#now();
    const wait = this.#waitOf(playerOf(exchange.request), now);
    if (wait <= 0 || this.#held.count >= most.held) return false;
    const headers = reply.headers.includes('retry-after')
      ? reply.headers
      : [...reply.headers, 'retry-after', '1'];
    this.#held.add({ exchange, deadline: now + wait, reply: { ...reply, headers } });
    return true;
  }

  /** Answers those whose time has come. */
  sweep(): void {
    this.#held.sweep(this.#now(), ({ exchange, reply }) => exchange.send(reply));
  }

  /** Answers everybody, from now on at once; the server goes. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#held.releaseAll(({ exchange, reply }) => exchange.send(reply));
  }

  #waitOf(player: string, now: number): number {
    const each = 1000 / allowance.perSecond;
    const fresh = now - allowance.burst * each;
    if (this.#usedUntil.size >= most.players && !this.#usedUntil.has(player)) this.#usedUntil.clear();
    const until = Math.min(
      Math.max(this.#usedUntil.get(player) ?? fresh, fresh) + each,
      now + allowance.longest,
    );
    this.#usedUntil.set(player, until);
    return until - now;
  }
}
