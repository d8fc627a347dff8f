/** The options of `publish`, and what it resolves with. Defaults stand here, once. */
import { ConfigurationError } from '../../errors.ts';
import { type FiguresOptions, figuresDefaults } from '../../figures/options.ts';
import type { ClientProperties } from '../../kafka/properties.ts';
import type { Logger } from '../../log.ts';
import { isStreamName, noStreamName } from '../../records/live-names.ts';
import type { EncoderOptions } from '../encode/options.ts';
import type { PublishEvent } from './events.ts';

/** How the stream stands on Kafka. Times in milliseconds, sizes in bytes. */
export interface StreamOptions {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`, first a letter or digit. */
  readonly stream: string;
  /** The media topic. Default `live`. */
  readonly topic?: string;
  /** Take the stream over from a publisher that lives. */
  readonly takeover?: boolean;
  /** Leave the stream open at the end, for a publisher that goes on with it; `interrupted`: at an end that `signal` brought. */
  readonly keepLive?: boolean | 'interrupted';
  /** What publishers of this stream must know; the first one who gives a key sets it. */
  readonly streamKey?: string;
  /** What may wait while Kafka does not take it; past that, whole segments become gaps. Default 64 MiB. */
  readonly spoolBytes?: number;
  /** Milliseconds after which a publisher that gives no sign of life has lost its stream. Default 10,000. */
  readonly leaseDuration?: number;
  /** Used when topics must be created. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Milliseconds that new topics keep media: how far viewers can rewind; -1: for ever. */
  readonly retention?: number;
  /** Ends the programme in good order. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: PublishEvent) => void;
}

export interface PublishOptions extends StreamOptions, EncoderOptions, FiguresOptions {
  /** Kafka's own client properties, e.g. `{ 'bootstrap.servers': '127.0.0.1:9092' }`. */
  readonly kafka: ClientProperties;
  /** Give up with UnreachableError when no broker answers for so many milliseconds. Default: never. */
  readonly giveUpAfter?: number;
  readonly logger?: Logger;
  /** FFmpeg's program. Default `ffmpeg`, from the PATH. */
  readonly ffmpeg?: string;
  /** Milliseconds without a byte from a running FFmpeg after which it is started anew. Default 10,000. */
  readonly stallAfter?: number;
}

export const publishDefaults = {
  topic: 'live',
  takeover: false,
  keepLive: false,
  spoolBytes: 64 * 1024 * 1024,
  leaseDuration: 10_000,
  partitions: 4,
  replicationFactor: -1,
  ...figuresDefaults,
} as const satisfies Partial<PublishOptions>;

/** Stream options with every default filled in. */
export type StreamSettings = StreamOptions &
  Required<Pick<StreamOptions, (keyof typeof publishDefaults & keyof StreamOptions) | 'onEvent'>>;

/** The options with their defaults. Throws ConfigurationError for a stream that cannot be called so. */
export function streamSettings(options: StreamOptions): StreamSettings {
  if (!isStreamName(options.stream)) {
    throw new ConfigurationError(noStreamName(options.stream));
  }
  return { ...publishDefaults, onEvent: () => {}, ...options };
}

/** What a run did. */
export interface PublishSummary {
  readonly stream: string;
  /** Segments that stand on Kafka with all their parts, and those that were given up. */
  readonly segments: number;
  readonly gaps: number;
  readonly parts: number;
  readonly bytes: number;
  /** How often the encoder was started anew. */
  readonly restarts: number;
  readonly seconds: number;
  /** `signal` ended the run; otherwise the input did. */
  readonly interrupted: boolean;
}
