/** The options of `serve`, its events, and its defaults in one place. */
import { type FiguresEvent, type FiguresOptions, figuresDefaults } from '../figures/options.ts';
import type { ClientProperties } from '../kafka/properties.ts';
import type { Logger } from '../log.ts';
import type { StoreOptions } from '../stores/options.ts';
import { type DeliveryOptions, deliveryDefaults } from './http/options.ts';
import { windowDefaults } from './window/limits.ts';

export interface ServeOptions
  extends Pick<
      DeliveryOptions,
      | 'host'
      | 'port'
      | 'tls'
      | 'watchKey'
      | 'cors'
      | 'maxConnections'
      | 'maxPerAddress'
      | 'page'
      | 'viewerReports'
    >,
    StoreOptions,
    FiguresOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** The topic of live media. Default `live`. It may be missing: a publisher makes it. */
  readonly topic?: string;
  /** Milliseconds of media that live playlists list at least. All servers of a topic must have the same. */
  readonly window?: number;
  /** Milliseconds that viewers may go back, as far as the topic, or an archive, has them. */
  readonly rewind?: number;
  /** A place that `exportStream` fills, for what is older than what the topic holds; `{stream}` in it stands for a stream's name. */
  readonly archive?: string;
  /** Bytes of older segments that are held in memory. */
  readonly cache?: number;
  /** Bytes that the live windows of all streams may take together. Default: half of the memory that this process may use. */
  readonly memory?: number;
  /** Ends the server in good order. */
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  readonly onEvent?: (event: ServeEvent) => void;
}

export const serveDefaults = {
  host: deliveryDefaults.host,
  port: deliveryDefaults.port,
  cors: deliveryDefaults.cors,
  maxConnections: deliveryDefaults.maxConnections,
  viewerReports: deliveryDefaults.viewerReports,
  topic: 'live',
  window: windowDefaults.listed / 1000,
  rewind: 12 * 3_600_000,
  cache: 64 * 1024 * 1024,
  ...figuresDefaults,
} as const;

/** What a server tells while it runs. */
export type ServeEvent =
  | FiguresEvent
  /** It answers at this URL. */
  | { readonly type: 'serving'; readonly url: string; readonly topic: string }
  /** A stream is live, or its programme is over, or it is there no more. */
  | { readonly type: 'stream'; readonly stream: string; readonly state: 'live' | 'ended' | 'gone' }
  /** Who watches, whenever that has changed, at most once a second: by stream. */
  | { readonly type: 'viewers'; readonly viewers: number; readonly streams: Readonly<Record<string, number>> }
  /** Something is missing and waited for, is there again, or is not as it should be. */
  | { readonly type: 'waiting' | 'resumed' | 'warning'; readonly message: string };
