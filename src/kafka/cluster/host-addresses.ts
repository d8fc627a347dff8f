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

/** Milliseconds that a resolver has where addresses are known that will do. */
const freshWithinMs = 1000;
/** For so many milliseconds they do: somebody else may have been given them since. */
const goodForMs = 10 * 60_000;

interface Known {
  readonly addresses: readonly string[];
  /** By the steady clock. */
  readonly at: number;
}

export class HostAddresses {
  readonly #lookup: Lookup;
  /** Address -> the count of failures when it failed last. */
  readonly #failed = new Map<string, number>();
  #failures = 0;
  /** Name -> what it stood for when somebody could tell. */
  readonly #known = new Map<string, Known>();

  constructor(lookup: Lookup = inSystem) {
    this.#lookup = lookup;
  }

  /**
   * At least one, those that have failed last; where nobody can tell for the moment, those of the last time. Rejects with
   * NetworkFailure, after so many milliseconds at the latest.
   */
  async of(host: string, timeout: number): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const known = this.#lastOf(host);
    const slow = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => slow.reject(new NetworkFailure(`no address of ${host} within ${timeout} ms`)),
      known === undefined ? timeout : Math.min(timeout, freshWithinMs),
    );
    try {
      return this.#ranked(await Promise.race([this.#ask(host), slow.promise]));
    } catch (cause) {
      if (!mayPass(cause)) this.#known.delete(host);
      else if (known !== undefined) return this.#ranked(known);
      if (cause instanceof NetworkFailure) throw cause;
      throw new NetworkFailure(`${host} has no address (${describeError(cause)})`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  #lastOf(host: string): readonly string[] | undefined {
    const known = this.#known.get(host);
    return known !== undefined && performance.now() - known.at < goodForMs ? known.addresses : undefined;
  }

  async #ask(host: string): Promise<readonly string[]> {
    const addresses = await shared(host, this.#lookup);
    this.#known.set(host, { addresses, at: performance.now() });
    return addresses;
  }

  #ranked(addresses: readonly string[]): readonly string[] {
    const rank = (address: string) => this.#failed.get(address) ?? 0;
    return [...new Set(addresses)].sort((a, b) => rank(a) - rank(b));
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

/** Nobody can tell, which says nothing of the name. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof NetworkFailure || (error instanceof Error && Reflect.get(error, 'code') === 'EAI_AGAIN')
  );
}
