/** The options of the console, its events, and its defaults in one place. */
import type { TlsOptions } from '../delivery/http/options.ts';
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../figures/options.ts';
import type { ClientProperties } from '../kafka/properties.ts';
import type { Logger } from '../log.ts';
import type { Role } from './contract.ts';

/** What a console needs wherever its routes stand: on a server of its own, or beside those of live video. */
export interface ConsoleRoutesOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** Of files; it need not exist. */
  readonly topic?: string;
  /** Of live video; it need not exist. */
  readonly liveTopic?: string;
  /** Where browsers find it, where something stands before it: `https://sluice.example.com`. */
  readonly url?: string | undefined;
  /** The key that tokens are signed with: who has none gets in nowhere. */
  readonly consoleKey?: string | undefined;
  /** What may be done without a token, on the loopback device, and where neither `consoleKey` nor `oidcIssuer` is given. */
  readonly openRole?: Role | undefined;
  /** A provider of OpenID Connect that says who somebody is. */
  readonly oidcIssuer?: string | undefined;
  readonly oidcClientId?: string | undefined;
  /** Absent: a public client. */
  readonly oidcClientSecret?: string | undefined;
  /** The claim of the ID token that gives the role; dots lead into objects. */
  readonly oidcRoleClaim?: string;
  /** Values of that claim, and the roles that they give: `{ 'video-operators': 'send' }`. */
  readonly oidcRole?: Readonly<Record<string, Role>> | undefined;
  /** Milliseconds for which somebody is let in by OpenID Connect. */
  readonly oidcSession?: number;
  /** A folder for files that are dropped, until they are on the topic. Absent: none can be dropped. */
  readonly spoolFolder?: string | undefined;
  /** Under which name dropped files go. */
  readonly uploader?: string;
  /** Bytes of a dropped file at most. */
  readonly maxUpload?: number;
  /** Milliseconds after which an upload that is not complete is forgotten. */
  readonly uploadExpires?: number;
  /** The page of a server of live video, without a slash at the end: where streams are watched. */
  readonly watchUrl?: string | undefined;
  /** Of topics that are made. -1: the cluster's default. */
  readonly replicationFactor?: number;
  readonly logger?: Logger;
}

export interface ConsoleOptions extends ConsoleRoutesOptions, FiguresOptions {
  /** What to listen on; only this machine without more. Anything else wants `consoleKey` or `oidcIssuer`. */
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  readonly tls?: TlsOptions | undefined;
  /** Ends it in good order. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ConsoleEvent) => void;
}

export const consoleDefaults = {
  topic: 'files',
  liveTopic: 'live',
  host: '127.0.0.1',
  port: 8090,
  openRole: 'administer',
  oidcRoleClaim: 'sluice_role',
  oidcSession: 8 * 3_600_000,
  uploader: 'console',
  maxUpload: 100e9,
  uploadExpires: 3 * 24 * 3_600_000,
  replicationFactor: -1,
  ...figuresDefaults,
} as const satisfies Partial<ConsoleOptions>;

/** Every default filled in. */
export type ConsoleRoutesSettings = ConsoleRoutesOptions &
  Required<Pick<ConsoleRoutesOptions, keyof typeof consoleDefaults & keyof ConsoleRoutesOptions>>;

/** What a console tells while it runs. */
export type ConsoleEvent =
  /** The page is at this URL. */
  | { readonly type: 'serving'; readonly url: string; readonly topic: string }
  /** Something is missing and waited for, is there again, or is not as it should be. */
  | { readonly type: 'waiting' | 'resumed' | 'warning'; readonly message: string }
  | FiguresEvent;
