/** How many connections there may be, in all and from one address: one machine that opens them and says nothing would keep out everybody else. */
import type { Logger } from '../../log.ts';

/** What is known of a socket of whatever kind. */
export interface CountedSocket {
  readonly remoteAddress?: string | undefined;
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Milliseconds between two words about connections that are refused. */
const saidEvery = 60_000;

export class ConnectionLimit {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #logger: Logger;
  readonly #counts = new Map<string, number>();
  #count = 0;
  #refused = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(most: number, mostOfOne: number, logger: Logger) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
    this.#logger = logger;
  }

  /** Counts a connection until it is closed. False: it is one too many, and closed. */
  admit(socket: CountedSocket): boolean {
    const who = whoIs(socket.remoteAddress ?? '');
    const count = this.#counts.get(who) ?? 0;
    if (this.#count >= this.#most || count >= this.#mostOfOne) {
      socket.destroy();
      this.#tell(who, this.#count >= this.#most ? '--max-connections' : '--max-per-address');
      return false;
    }
    this.#count += 1;
    this.#counts.set(who, count + 1);
    socket.once('close', () => {
      this.#count -= 1;
      const left = (this.#counts.get(who) ?? 0) - 1;
      if (left > 0) this.#counts.set(who, left);
      else this.#counts.delete(who);
    });
    return true;
  }

  #tell(address: string, flag: string): void {
    this.#refused += 1;
    if (performance.now() - this.#saidAt < saidEvery) return;
    this.#saidAt = performance.now();
    this.#logger.warn({ address, refused: this.#refused }, `there are as many connections as ${flag} allows`);
  }
}

/** An address of IPv4, or the network of 64 bits that one host of IPv6 has to itself. */
export function whoIs(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!mapped.includes(':')) return mapped;
  const [head = '', tail = ''] = (mapped.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = tail === '' ? [] : tail.split(':');
  const zeros = mapped.includes('::') ? Math.max(0, 8 - before.length - behind.length) : 0;
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...behind].slice(0, 4).join(':');
}
