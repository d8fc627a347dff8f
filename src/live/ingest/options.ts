/** The options of `ingest`. Defaults stand here, once. */
import type { Server } from 'node:http';
import { ConfigurationError } from '../../errors.ts';
import { type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ClientProperties } from '../../kafka/properties.ts';
import type { Logger } from '../../log.ts';
import type { EncodingOptions } from '../encode/options.ts';
import { publishDefaults } from '../publish/options.ts';
import type { IngestEvent } from './events.ts';
import type { IceServer } from './whip/ice-servers.ts';

/** An instance of Fastify 5, as far as it can be told without Fastify's types: whoever adds routes of his own says that it is one. */
export interface PageServer {
  readonly server: Server;
}

/** A certificate and its key, PEM. */
export interface TlsFiles {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Times in milliseconds, sizes in bytes. */
export interface IngestOptions extends EncodingOptions, FiguresOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** The media topic. Default `live`. */
  readonly topic?: string;
  /** What to listen on. Default: everything. */
  readonly host?: string;
  /** 0: one that is free. Default 1935, where no other port is given. */
  readonly rtmpPort?: number;
  /** Needs `tls`. */
  readonly rtmpsPort?: number;
  /** WHIP and the page for browsers, by HTTP, or with `tls` by HTTPS; media come by UDP on the same one. */
  readonly whipPort?: number;
  /** IP addresses at which `whipPort` is reached from outside, besides those of this machine. */
  readonly whipAddress?: readonly string[];
  /** STUN and TURN for those who send by WHIP. */
  readonly whipIceServers?: readonly IceServer[];
  /** For `rtmpsPort` and `whipPort`. */
  readonly tls?: TlsFiles | undefined;
  /** Asked by POST who may send, in the place of the keys on the topic. */
  readonly authorize?: string;
  /** How its fields are sent. Default `json`. */
  readonly authorizeAs?: 'json' | 'form';
  /** A file whose first line is the secret that tokens of senders (JWT) are signed with: HS256, HS384, HS512. In the place of the keys on the topic. */
  readonly jwtSecretFile?: string;
  /** Public keys that tokens of senders are signed by: a file (PEM, or JSON as JWKS has it), or the URL of a JWKS. In the place of the keys on the topic. */
  readonly jwtKeys?: string;
  /** What the claim `aud` of a token must have, and `iss` be. Default: anything. */
  readonly jwtAudience?: string;
  readonly jwtIssuer?: string;
  readonly srtPort?: number;
  /** A file whose first line is the passphrase that all senders of SRT must encrypt with. Without one none may. */
  readonly srtPassphraseFile?: string;
  /** Milliseconds that a packet of SRT which was lost on its way is waited for; a sender may ask for more. Default 250. */
  readonly srtLatency?: number;
  /** How long a sender that was lost is waited for, before its programme ends. Default 30,000. */
  readonly reconnect?: number;
  /** What becomes of a second sender of a stream. Default `refuse`. */
  readonly second?: 'refuse' | 'take-over' | 'stand-by';
  /** With `stand-by`: milliseconds by which what is sent may be overdue before the stand-by takes over, 100 at least. Default 500. */
  readonly standByAfter?: number;
  /** Streams at a time, each with an FFmpeg of its own. Default 50. */
  readonly maxStreams?: number;
  /** Connections at a time, and of these from one address. Default 1000, 50. */
  readonly maxConnections?: number;
  readonly maxPerAddress?: number;
  /** What may wait of each stream while Kafka does not take it; past that, whole segments become gaps. Default 64 MiB. */
  readonly spoolBytes?: number;
  /** Used when topics must be created. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Milliseconds that new topics keep media: how far viewers can rewind; -1: for ever. */
  readonly retention?: number;
  /** Give up with UnreachableError when no broker answers for so many milliseconds. Default: never. */
  readonly giveUpAfter?: number;
  /** FFmpeg's program. Default `ffmpeg`, from the PATH. */
  readonly ffmpeg?: string;
  /** Milliseconds without anything from a sender, or from its FFmpeg, after which it counts as lost. Default 10,000. */
  readonly stallAfter?: number;
  /** Leave programmes open when the server is ended, for their senders go on at another one. Default false. */
  readonly keepLive?: boolean;
  /** Ends all streams in good order. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  readonly onEvent?: (event: IngestEvent) => void;
  /** Adds routes to the server of WHIP: the page for browsers, which is not of this part of the house. */
  readonly page?: ((app: PageServer) => Promise<void>) | undefined;
}

export const ingestDefaults = {
  topic: publishDefaults.topic,
  rtmpPort: 1935,
  authorizeAs: 'json',
  srtLatency: 250,
  reconnect: 30_000,
  second: 'refuse',
  standByAfter: 500,
  maxStreams: 50,
  ...figuresDefaults,
  maxConnections: 1000,
  maxPerAddress: 50,
  spoolBytes: publishDefaults.spoolBytes,
  partitions: publishDefaults.partitions,
  replicationFactor: publishDefaults.replicationFactor,
  ffmpeg: 'ffmpeg',
  stallAfter: 10_000,
  keepLive: false,
} as const satisfies Partial<IngestOptions>;

/** Options with every default filled in, but for the ports. */
export type IngestSettings = IngestOptions &
  Required<Pick<IngestOptions, Exclude<keyof typeof ingestDefaults, 'rtmpPort'>>>;

/** Milliseconds that a timer takes: 24 days. */
const longest = 2 ** 31 - 1;

/** Milliseconds: encoders deliver by chunks of that size, and are never in time to less. */
const leastOverdue = 100;

/** The options with their defaults. Throws ConfigurationError. */
export function ingestSettings(options: IngestOptions): IngestSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { rtmpPort: _, ...usual } = ingestDefaults;
  const settings = { ...usual, ...(given as unknown as IngestOptions) };
  const { reconnect, stallAfter, standByAfter } = settings;
  if (standByAfter < leastOverdue) {
    throw new ConfigurationError(
      `a stand-by that takes over after ${standByAfter} ms would never stay one: give --stand-by-after ${leastOverdue}ms at least`,
    );
  }
  // A timer that is set for longer goes off at once.
  return { ...settings, reconnect: Math.min(reconnect, longest), stallAfter: Math.min(stallAfter, longest) };
}
