/**
 * How many watch a stream. HTTP has no viewers, only requests, so this counts: the most playlist requests that were held at once
 * lately (a player of LL-HLS always has one waiting), players that ask for plain playlists again and again, and connections
 * that are sent everything.
 */

import { detached } from './detached.ts';
import { headerOf, type Incoming } from './replies.ts';

/** Milliseconds that the most of the held requests counts. */
const lately = 2500;
/** Players of plain HLS that are remembered. */
const mostPlain = 20_000;

export class ViewerCount {
  readonly #now: () => number;
  #held = 0;
  #most = 0;
  #mostBefore = 0;
  #since: number;
  /** By address and program: when it asked last, and how often in a row. */
  readonly #plain = new Map<string, { at: number; times: number }>();
  readonly #memory: number;

  /** `memory`: milliseconds after which a player of plain HLS that did not ask again has gone. `now`: a steady clock. */
  constructor(memory: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#memory = memory;
    this.#since = now();
  }

  /** So many playlist requests are held now. */
  held(count: number): void {
    this.#turn();
    this.#held = count;
    if (count > this.#most) this.#most = count;
  }

  /** A player of that address and program has asked for a playlist without blocking. */
  plain(player: string): void {
    const before = this.#plain.get(player);
    if (before === undefined) {
      if (this.#plain.size < mostPlain) this.#plain.set(player, { at: this.#now(), times: 1 });
      return;
    }
    const now = this.#now();
    before.times = now - before.at < this.#memory ? before.times + 1 : 1;
    before.at = now;
  }

  /** `followers`: connections that are sent everything. */
  count(followers: number): number {
    this.#turn();
    const oldest = this.#now() - this.#memory;
    let plain = 0;
    for (const [player, { at, times }] of this.#plain) {
      if (at < oldest) this.#plain.delete(player);
      // Every player begins with one plain request, those of LL-HLS too.
      else if (times > 1) plain += 1;
    }
    return Math.max(this.#held, this.#most, this.#mostBefore) + plain + followers;
  }

  #turn(): void {
    const now = this.#now();
    if (now - this.#since < lately) return;
    this.#mostBefore = now - this.#since < 2 * lately ? this.#most : this.#held;
    this.#most = this.#held;
    this.#since = now;
  }
}

/** Which player it is, as well as one can tell: only to count them. */
export function playerOf(request: Incoming): string {
  const behind = headerOf(request, 'x-forwarded-for') ?? '';
  const program = headerOf(request, 'user-agent')?.slice(0, 200);
  // It is remembered, and whole heads with it if it were a part of them.
  return detached(`${request.socket?.remoteAddress}|${behind.slice(0, 200)}|${program}`);
}
