/** The client's links: one for each address and purpose, opened when it is asked for and forgotten when it closes. */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from '../../log.ts';
import { KafkaError } from '../contract.ts';
import type { Address } from '../settings.ts';
import { StalledConnection } from './connection.ts';
import { NetworkFailure } from './failures.ts';
import { type Authenticate, type Link, openLink } from './link.ts';
import type { LinkPurpose } from './link-purpose.ts';
import { addressText } from './socket.ts';

export interface LinksOptions {
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly logger: Logger;
  /** A broker asked to be spared for so many milliseconds. */
  readonly onThrottle: (milliseconds: number) => void;
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

export class Links {
  readonly #options: LinksOptions;
  readonly #entries = new Map<string, Entry>();
  /** Addresses whose last connection stood still, or did not come to be. */
  readonly #failing = new Set<string>();

  constructor(options: LinksOptions) {
    this.#options = options;
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
    const { clientId, tls, authenticate, logger, onThrottle, signal } = this.#options;
    const text = addressText(address);
    const link = await openLink({
      address,
      tls,
      authenticate,
      clientId,
      connectTimeout: connectTimeoutMs,
      requestTimeout,
      signal,
      onThrottle,
    }).catch((error: unknown) => {
      if (error instanceof NetworkFailure) this.#failing.add(text);
      throw error;
    });
    this.#failing.delete(text);
    logger.debug({ broker: text }, 'connected');
    link.connection.closed.then((reason) => {
      logger.debug({ broker: text }, reason.message);
      if (reason instanceof StalledConnection) this.#distrust(text);
    });
    return link;
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
