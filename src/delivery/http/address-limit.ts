/**
 * How many connections one address may have: one machine that opens them all and says nothing would keep out everybody else. Pure but for
 * the sockets that it is handed.
 */
import { isIPv6, type Socket } from 'node:net';
import type { Logger } from '../../log.ts';

/** Milliseconds between two words about connections that are refused. */
const saidEvery = 60_000;

/** Of four viewers: a household behind one address is no attack, however small a server is. */
const least = 12;

/** How many of a server's connections one address has where nobody says it. */
export function shareOfAddress(maxConnections: number): number {
  return Math.min(maxConnections, Math.max(least, Math.ceil(maxConnections / 4)));
}

export class AddressLimit {
  readonly #most: number;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #refused = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  /** `now`: a steady clock. */
  constructor(most: number, logger: Logger, now: () => number = () => performance.now()) {
    this.#most = most;
    this.#logger = logger;
    this.#now = now;
  }

  /** Counts a connection until it is closed. False: it is one too many, and closed. */
  admit(socket: Pick<Socket, 'remoteAddress' | 'destroy'> & NodeJS.EventEmitter): boolean {
    const who = whoseAddress(socket.remoteAddress);
    if (who === undefined) return true;
    const count = this.#counts.get(who) ?? 0;
    if (count >= this.#most) {
      socket.destroy();
      this.#tell(who);
      return false;
    }
    this.#counts.set(who, count + 1);
    socket.once('close', () => {
      const left = (this.#counts.get(who) ?? 0) - 1;
      if (left > 0) this.#counts.set(who, left);
      else this.#counts.delete(who);
    });
    return true;
  }

  #tell(who: string): void {
    this.#refused += 1;
    if (this.#now() - this.#saidAt < saidEvery) return;
    this.#saidAt = this.#now();
    const facts = { address: who, connections: this.#most, refused: this.#refused };
    this.#logger.warn(facts, `${who} has ${this.#most} connections: more are refused (--max-per-address)`);
  }
}

/**
 * Who counts as one: an address of IPv4, or the network of 64 bits that one host of IPv6 has to itself. Undefined for this machine itself,
 * where proxies are, and for a connection that has gone.
 */
export function whoseAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (mapped === '::1' || mapped.startsWith('127.')) return undefined;
  return isIPv6(mapped) ? networkOf(mapped) : mapped;
}

/** `2001:db8::1` -> `2001:db8:0:0::/64`. */
function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - behind.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...behind];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
