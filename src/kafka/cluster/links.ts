/** The client's links: one for each address and purpose, opened when it is asked for and forgotten when it closes. */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from '../../log.ts';
import { KafkaError } from '../contract.ts';
import type { Address } from '../settings.ts';
import { attemptTimeout } from './backoff.ts';
import { StalledConnection } from './connection.ts';
import { NetworkFailure } from './failures.ts';
import { HostAddresses, type Lookup } from './host-addresses.ts';
import { type Authenticate, type Link, openLink } from './link.ts';
import type { LinkPurpose } from './link-purpose.ts';
import { addressText } from './socket.ts';

export interface LinksOptions {
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly logger: Logger;
  /** Milliseconds of failure after which whoever asks gives up. */
  readonly giveUpAfter?: number | undefined;
  /** A broker asked to be spared for so many milliseconds. */
  readonly onThrottle: (milliseconds: number) => void;
  /** Finds the addresses of names; absent: the system does. */
  readonly lookup?: Lookup | undefined;
  /** Closes all, at once. */
  readonly signal: AbortSignal;
}

/** Where a link leads. The broker's id tells brokers apart that were given the same address, one after the other. */
export interface Place {
  readonly address: Address;
  /** Undefined: a server of the bootstrap list, whose id nobody knows yet. */
  readonly broker: number | undefined;
}

interface Entry {
  readonly place: Place;
  readonly purpose: LinkPurpose;
  readonly link: Promise<Link>;
}

const connectTimeoutMs = 10_000;
/** One of several addresses is given so long to take the connection, and is no reason to give the others up. */
const acceptTimeoutMs = 3000;

export class Links {
  readonly #options: LinksOptions;
  readonly #hosts: HostAddresses;
  readonly #connectTimeout: number;
  readonly #entries = new Map<string, Entry>();
  /** Addresses whose last connection stood still, or did not come to be. */
  readonly #failing = new Set<string>();

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#hosts = new HostAddresses(options.lookup);
    this.#connectTimeout = attemptTimeout(connectTimeoutMs, options.giveUpAfter);
  }

  /** True where there is a link already, or one is being opened. */
  has(place: Place, purpose: LinkPurpose): boolean {
    return this.#entries.has(keyOf(place, purpose));
  }

  /** True when the last connection there stood still, or did not come to be: others are better asked first. */
  isFailing({ address }: Place): boolean {
    return this.#failing.has(addressText(address));
  }

  /** The link there for this purpose; opened when there is none. Rejects with NetworkFailure or KafkaError. */
  to(place: Place, purpose: LinkPurpose, requestTimeout: number): Promise<Link> {
    if (this.#options.signal.aborted)
      return Promise.reject(new KafkaError('closed', 'The Kafka client has been closed.'));
    const key = keyOf(place, purpose);
    const existing = this.#entries.get(key);
    if (existing) return existing.link;
    const link = this.#open(place.address, requestTimeout);
    const entry = { place, purpose, link };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    link.then(({ connection }) => connection.closed.then(forget), forget);
    return link;
  }

  /** Forgets all of them; the signal closes them. */
  clear(): void {
    this.#entries.clear();
  }

  async #open(address: Address, requestTimeout: number): Promise<Link> {
    const text = addressText(address);
    try {
      const link = await this.#openAnywhere(address, requestTimeout);
      this.#failing.delete(text);
      this.#options.logger.debug({ broker: text }, 'connected');
      return link;
    } catch (error) {
      if (error instanceof NetworkFailure) this.#failing.add(text);
      throw error;
    }
  }

  /** At the first address of the host that is of use; which those are is remembered. */
  async #openAnywhere(address: Address, requestTimeout: number): Promise<Link> {
    const { clientId, tls, authenticate, onThrottle, signal, logger } = this.#options;
    const text = addressText(address);
    const failures: NetworkFailure[] = [];
    const ips = await this.#hosts.of(address.host, this.#connectTimeout);
    for (const ip of ips) {
      try {
        const link = await openLink({
          address,
          ip,
          ...(ips.length > 1 && { acceptTimeout: acceptTimeoutMs }),
          tls,
          authenticate,
          clientId,
          connectTimeout: this.#connectTimeout,
          requestTimeout,
          signal,
          onThrottle,
        });
        this.#hosts.succeeded(ip);
        link.connection.closed.then((reason) => {
          logger.debug({ broker: text }, reason.message);
          if (!(reason instanceof StalledConnection)) return;
          this.#hosts.failed(ip);
          this.#distrust(text);
        });
        return link;
      } catch (error) {
        if (!(error instanceof NetworkFailure) || signal.aborted) throw error;
        this.#hosts.failed(ip);
        failures.push(error);
      }
    }
    if (failures.length === 1) throw failures[0];
    const reasons = failures.map((failure, index) => `at ${ips[index]}: ${failure.message}`).join('; ');
    throw new NetworkFailure(reasons, { cause: failures.at(-1) });
  }

  /**
   * A connection to this broker stood still. Those for small requests may be as dead, which would show only after another
   * time-out, in the middle of mending; a new one costs nothing.
   */
  #distrust(text: string): void {
    this.#failing.add(text);
    const reason = new NetworkFailure(`${text}: another connection to this broker stood still`);
    for (const { place, purpose, link } of this.#entries.values()) {
      if (!purpose.isControl || addressText(place.address) !== text) continue;
      link.then(
        ({ connection }) => connection.close(reason),
        () => {},
      );
    }
  }
}

function keyOf({ address, broker }: Place, { name }: LinkPurpose): string {
  return `${name} ${broker ?? 'bootstrap'} ${addressText(address)}`;
}
