/** The client's links: one for each address and purpose, opened when it is asked for and forgotten when it closes. */
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from '../../log.ts';
import { KafkaError } from '../contract.ts';
import type { Paces } from '../pace/pace.ts';
import type { Address } from '../settings.ts';
import { attemptTimeout } from './backoff.ts';
import type { Connection } from './connection.ts';
import { StalledConnection } from './endings.ts';
import { NetworkFailure } from './failures.ts';
import { firstOfUse, type Trial } from './first-of-use.ts';
import { HostAddresses, type Lookup } from './host-addresses.ts';
import { askEvery } from './knocking.ts';
import { type Authenticate, type Link, openLink } from './link.ts';
import type { LinkPurpose } from './link-purpose.ts';
import { LeftBehind, Prober } from './prober.ts';
import { addressText } from './socket.ts';
import { Standing } from './standing.ts';
import type { StatusReporter } from './status.ts';
import type { Versions } from './versions.ts';

export interface LinksOptions {
  readonly clientId: string;
  readonly tls: (() => TlsOptions) | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly logger: Logger;
  /** Milliseconds of failure after which whoever asks gives up. */
  readonly giveUpAfter?: number | undefined;
  /** Is told when a broker asks to be spared, and of lines that are cut. */
  readonly reporter: StatusReporter;
  /** Finds the addresses of names; absent: the system does. */
  readonly lookup?: Lookup | undefined;
  readonly paces?: Paces | undefined;
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
  /** Resolves when it takes requests, before the versions are known where that is possible. */
  readonly early: Promise<Connection>;
  /** Once it is ready: what the broker says that it speaks. */
  versions?: Versions;
}

interface Opening {
  readonly onOpen?: (connection: Connection) => void;
  readonly known?: Versions | undefined;
  /** The other side has taken the connection. */
  readonly onTaken?: () => void;
}

const connectTimeoutMs = 10_000;
/** Of several addresses the next is tried beside those that nobody has taken for so long. */
const staggerMs = 300;
/** Whoever probes has to be answered within so many milliseconds, or asks anew. */
const probeTimeoutMs = 3000;
/** Elsewhere nobody tells what becomes of what was sent. */
const isWatched = process.platform === 'linux';

export class Links {
  readonly #options: LinksOptions;
  readonly #hosts: HostAddresses;
  readonly #connectTimeout: number;
  readonly #entries = new Map<string, Entry>();
  /** Address -> since when its connections stand still, or do not come to be. */
  readonly #failing = new Map<string, number>();
  readonly #probers = new Map<string, Prober>();
  readonly #standing = new Standing();
  /** Address -> milliseconds of the shortest round trip in which a connection was taken. */
  readonly #roundTrips = new Map<string, number>();

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#hosts = new HostAddresses(options.lookup);
    this.#connectTimeout = attemptTimeout(connectTimeoutMs, options.giveUpAfter);
  }

  /** Milliseconds of the shortest round trip in which a connection was taken, wherever; infinite before the first. */
  get roundTrip(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#roundTrips.values());
  }

  /** True where there is a link already, or one is being opened. */
  has(place: Place, purpose: LinkPurpose): boolean {
    return this.#existing(place, purpose) !== undefined;
  }

  /** True when the last connection there stood still, or did not come to be: others are better asked first. */
  isFailing({ address }: Place): boolean {
    return this.#failing.has(addressText(address));
  }

  /** The link there for this purpose; opened when there is none. Rejects with NetworkFailure or KafkaError. */
  to(place: Place, purpose: LinkPurpose, requestTimeout: number): Promise<Link> {
    if (this.#options.signal.aborted)
      return Promise.reject(new KafkaError('closed', 'The Kafka client has been closed.'));
    return this.#entry(place, purpose, requestTimeout).link;
  }

  /**
   * The connection of that link, which takes requests that all brokers of use to us know in the version that we speak. They go out
   * behind the one for the versions, without waiting for its answer. Whoever is refused looks at {@link to} for the reason.
   */
  early(place: Place, purpose: LinkPurpose, requestTimeout: number): Promise<Connection> {
    if (this.#options.signal.aborted)
      return Promise.reject(new KafkaError('closed', 'The Kafka client has been closed.'));
    return this.#entry(place, purpose, requestTimeout).early;
  }

  #entry(place: Place, purpose: LinkPurpose, requestTimeout: number): Entry {
    const existing = this.#existing(place, purpose);
    if (existing) return existing;
    const key = keyOf(place, purpose);
    const opened = Promise.withResolvers<Connection>();
    const link = this.#open(place, purpose, requestTimeout, opened.resolve);
    const entry: Entry = { place, purpose, link, early: opened.promise };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    link.then(({ connection, versions }) => {
      entry.versions = versions;
      opened.resolve(connection);
      connection.closed.then(forget);
    }, forget);
    link.catch(opened.reject);
    opened.promise.catch(() => {});
    return entry;
  }

  /** Small requests to a broker go where it was first spoken to, which may have been under no more than its address. */
  #existing(place: Place, purpose: LinkPurpose): Entry | undefined {
    const entry = this.#entries.get(keyOf(place, purpose));
    if (entry !== undefined || !purpose.isControl) return entry;
    return this.#entries.get(keyOf({ ...place, broker: undefined }, purpose));
  }

  /** By a link that has asked and still stands: until it breaks, no other release can have come to run there. */
  #versionsAt({ address, broker }: Place): Versions | undefined {
    const text = addressText(address);
    for (const { place, versions } of this.#entries.values()) {
      const isSame = broker !== undefined && (place.broker === broker || place.broker === undefined);
      if (isSame && versions !== undefined && addressText(place.address) === text) return versions;
    }
    return undefined;
  }

  /** Whoever hangs up without an answer may not speak any more what is known: a proxy may hold an old connection open. */
  #forgetVersions(text: string): void {
    for (const entry of this.#entries.values())
      if (addressText(entry.place.address) === text) delete entry.versions;
  }

  /** Forgets all of them; the signal closes them. */
  clear(): void {
    this.#entries.clear();
  }

  async #open(
    place: Place,
    { isExtra }: LinkPurpose,
    requestTimeout: number,
    onOpen: (connection: Connection) => void,
  ): Promise<Link> {
    const text = addressText(place.address);
    const spare = this.#probers.get(text)?.take();
    if (spare !== undefined) {
      spare.connection.setRequestTimeout(requestTimeout);
      return spare;
    }
    try {
      const known = isExtra ? undefined : this.#versionsAt(place);
      const link = await this.#openAnywhere(place.address, requestTimeout, { onOpen, known });
      this.#failing.delete(text);
      this.#options.logger.debug({ broker: text }, 'connected');
      return link;
    } catch (error) {
      if (error instanceof NetworkFailure) this.#noteFailure(text);
      throw error;
    }
  }

  #noteFailure(text: string): void {
    if (!this.#failing.has(text)) this.#failing.set(text, performance.now());
  }

  #roundTrip(text: string): number {
    return this.#roundTrips.get(text) ?? Number.POSITIVE_INFINITY;
  }

  #askEvery(text: string): number {
    const away = performance.now() - (this.#failing.get(text) ?? performance.now());
    return askEvery(away, this.#roundTrip(text));
  }

  #prober(address: Address): Prober {
    const text = addressText(address);
    const existing = this.#probers.get(text);
    if (existing !== undefined) return existing;
    // What it speaks is asked though it be known: that the broker answers is the point.
    const open = (onTaken: () => void) => this.#openAnywhere(address, probeTimeoutMs, { onTaken });
    const prober = new Prober({ ...this.#options, open, received: () => this.#standing.received(text) });
    this.#probers.set(text, prober);
    return prober;
  }

  /** At the first address of the host that is of use; which those are is remembered. */
  async #openAnywhere(address: Address, requestTimeout: number, opening: Opening): Promise<Link> {
    const ips = await this.#hosts.of(address.host, this.#connectTimeout);
    const roundTrip = this.#roundTrips.get(addressText(address)) ?? 0;
    return firstOfUse({
      ips,
      stagger: Math.max(staggerMs, 2 * roundTrip),
      open: (ip, trial) => this.#openAt(address, ip, requestTimeout, opening, trial),
      failed: (ip) => this.#hosts.failed(ip),
      signal: this.#options.signal,
    });
  }

  async #openAt(
    address: Address,
    ip: string,
    requestTimeout: number,
    { onOpen, known, onTaken }: Opening,
    trial: Trial,
  ): Promise<Link> {
    const { reporter, logger, tls } = this.#options;
    const text = addressText(address);
    const link = await openLink({
      ...this.#options,
      tls: tls?.(),
      signal: trial.signal,
      address,
      ip,
      known,
      ...(onOpen && { onOpen }),
      askEvery: this.#askEvery(text),
      onTaken: (milliseconds) => {
        this.#roundTrips.set(text, Math.min(milliseconds, this.#roundTrip(text)));
        trial.onTaken();
        onTaken?.();
      },
      ...(isWatched && {
        onQuiet: (connection) => this.#prober(address).add(connection),
        isCutOff: () => this.#prober(address).isCutOff && !this.#standing.areOthersWell(text),
      }),
      connectTimeout: this.#connectTimeout,
      requestTimeout,
      onThrottle: (milliseconds) => reporter.throttled(milliseconds),
    });
    this.#hosts.succeeded(ip);
    const { received } = link.connection;
    this.#standing.add(link.connection);
    link.connection.closed.then((reason) => {
      logger.debug({ broker: text }, reason.message);
      if (reason instanceof LeftBehind) this.#distrust(text);
      if (known !== undefined && link.connection.received === received) this.#forgetVersions(text);
      if (!(reason instanceof StalledConnection)) return;
      this.#hosts.failed(ip);
      this.#noteFailure(text);
      this.#distrust(text);
    });
    return link;
  }

  /**
   * A connection to this broker stood still. Those for small requests may be as dead, which would show only after another
   * time-out, in the middle of mending; a new one costs nothing.
   */
  #distrust(text: string): void {
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
