/** What a delivery server is told, and its defaults in one place. */

import type { Figure } from '../../figures/figure.ts';
import type { PageServer } from '../../live/ingest/options.ts';
import type { Logger } from '../../log.ts';
import { windowDefaults } from '../window/limits.ts';

/** A certificate makes it HTTPS, with HTTP/2 and HTTP/1.1. PEM. */
export interface TlsOptions {
  readonly certificate: string | Buffer;
  readonly key: string | Buffer;
}

export interface DeliveryOptions {
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  readonly tls?: TlsOptions | undefined;
  /** Microseconds of media that live playlists list at least. Default 30 s. */
  readonly listed?: number;
  /** The key that tokens to watch are signed with; absent: everybody may watch. */
  readonly watchKey?: string | undefined;
  /** The web origin that may use what is served in a browser; `*` for all. */
  readonly cors?: string;
  /** Connections at a time; those beyond are closed at once. */
  readonly maxConnections?: number;
  /** Of these so many may come from one address; those of this machine are not counted. Default: a quarter, 12 at least. */
  readonly maxPerAddress?: number;
  /** Milliseconds after which a connection is closed on which nothing is asked, or nothing taken of what is sent. */
  readonly idle?: number;
  /** Whether the page tells how viewers fare, for /metrics. Default: it does. */
  readonly viewerReports?: 'on' | 'off';
  /** Why nothing can be shown yet: streams are answered with 503 and this; undefined: they can. */
  readonly starting?: () => string | undefined;
  /** Why the server should get no new viewers, for /readyz; undefined: it may. */
  readonly unready?: () => string | undefined;
  /** What is wrong, though no other server would do better, for /healthz. Default: as `unready`. */
  readonly unwell?: () => string | undefined;
  /** Adds routes of somebody else's, who may take what is sent for as long as that takes. */
  readonly page?: ((server: PageServer) => Promise<void>) | undefined;
  /** More figures for /metrics. */
  readonly figures?: readonly Figure[];
  readonly logger?: Logger;
}

export const deliveryDefaults = {
  host: '127.0.0.1',
  port: 8080,
  cors: '*',
  maxConnections: 10_000,
  listed: windowDefaults.listed,
  idle: 60_000,
  viewerReports: 'on',
} as const;

/** Bounds on what a connection may do, in bytes and milliseconds. */
export const limits = {
  headerBytes: 16 * 1024,
  urlBytes: 2048,
  /** Requests at a time on one connection of HTTP/2, which sets no bound by itself. A player has four or so. */
  streams: 100,
  /** From a connection's or request's first byte to the end of its headers, and for a handshake of TLS. */
  headers: 10_000,
  /** Between two looks for connections that have exceeded that. */
  look: 2500,
  /** A connection without a request. More than proxies keep theirs, or they would use one that is being closed. */
  keepAlive: 75_000,
  /** How long a server that goes still answers, and how long nobody has to have asked before that is over. */
  leaving: 2000,
  lastRequests: 300,
  /** Between that, or the order to close, and the end of what does not end by itself. */
  closing: 2000,
} as const;
