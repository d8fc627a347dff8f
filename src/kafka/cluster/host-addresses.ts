/** The addresses of a host's name, in the order in which they are best tried. */
import { lookup as lookupInSystem } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeError } from '../../errors.ts';
import { NetworkFailure } from './failures.ts';

/** All IP addresses of a name. Rejects when there are none, or nobody can tell. */
export type Lookup = (host: string) => Promise<readonly string[]>;

async function inSystem(host: string): Promise<readonly string[]> {
  const found = await lookupInSystem(host, { all: true });
  return found.map(({ address }) => address);
}

/** A resolver that does not answer keeps a thread of Node's four, which reading and writing files needs too. */
const mostAtOnce = 2;
let running = 0;
const line: (() => void)[] = [];
const underWay = new Map<string, Promise<readonly string[]>>();

/** One at a time for each name, and few altogether, however many wait. */
function shared(host: string, lookup: Lookup): Promise<readonly string[]> {
  let way = underWay.get(host);
  if (way === undefined) {
    way = inTurn(() => lookup(host)).finally(() => underWay.delete(host));
    underWay.set(host, way);
  }
  return way;
}

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running < mostAtOnce) running += 1;
  else await new Promise<void>((enter) => line.push(enter));
  try {
    return await work();
  } finally {
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }
}

export class HostAddresses {
  readonly #lookup: Lookup;
  /** Address -> the count of failures when it failed last. */
  readonly #failed = new Map<string, number>();
  #failures = 0;

  constructor(lookup: Lookup = inSystem) {
    this.#lookup = lookup;
  }

  /** At least one, those that have failed last. Rejects with NetworkFailure, after so many milliseconds at the latest. */
  async of(host: string, timeout: number): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const slow = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => slow.reject(new NetworkFailure(`no address of ${host} within ${timeout} ms`)),
      timeout,
    );
    try {
      const addresses = await Promise.race([shared(host, this.#lookup), slow.promise]);
      const rank = (address: string) => this.#failed.get(address) ?? 0;
      return [...new Set(addresses)].sort((a, b) => rank(a) - rank(b));
    } catch (cause) {
      if (cause instanceof NetworkFailure) throw cause;
      throw new NetworkFailure(`${host} has no address (${describeError(cause)})`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** No use was to be made of it just now. */
  failed(address: string): void {
    this.#failures += 1;
    this.#failed.set(address, this.#failures);
  }

  succeeded(address: string): void {
    this.#failed.delete(address);
  }
}
