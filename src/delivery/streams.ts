/** Everything that a topic has to deliver: windows of what is live, and the archive behind them. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../errors.ts';
import { type Kafka, KafkaError, type KafkaErrorKind } from '../kafka/contract.ts';
import type { LiveFeedHandler } from '../live/feed.ts';
import { awaitLiveTopics } from '../live/read/await-topics.ts';
import { followLive } from '../live/read/follow.ts';
import { type Logger, silentLogger } from '../log.ts';
import { memoryBytes } from '../machine.ts';
import type { StreamClaim } from '../records/live-claim.ts';
import type { IndexEntry } from '../records/live-index.ts';
import type { LiveRecord } from '../records/live-record.ts';
import { Archives, type PlacesChoice } from './archive/archives.ts';
import type { Archive, LiveStream, StreamSummary, Streams } from './contract.ts';
import { windowDefaults } from './window/limits.ts';
import { Windows } from './window/windows.ts';

export interface StreamsOptions {
  readonly kafka: Kafka;
  /** The media topic. It may be missing: a publisher makes it. */
  readonly topic: string;
  /** Microseconds of media that live playlists list. Default 30 s. */
  readonly window?: number;
  /** Bytes of one rendition's window. Default 64 MiB. */
  readonly windowBytes?: number;
  /** Bytes of all windows together. Default: half of the memory that this process may use. */
  readonly memory?: number | undefined;
  /** Microseconds that viewers may go back. Default 12 hours. */
  readonly rewind?: number;
  /** Bytes of older segments that are held. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** Where what is older than the topic stands. */
  readonly places?: PlacesChoice | undefined;
  /** Ends it; the client is the caller's to close. */
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  /** What users should hear of: a sentence. */
  readonly onWord?: (word: {
    readonly type: 'waiting' | 'resumed' | 'warning';
    readonly message: string;
  }) => void;
}

export const streamsDefaults = {
  window: windowDefaults.listed,
  windowBytes: windowDefaults.bytes,
  rewind: 12 * 3600 * 1_000_000,
  cacheBytes: 64 * 1024 * 1024,
} as const;

/**
 * Milliseconds after which everything is read anew. What is corrupt on the topic is soon older than what is read then; viewers of all
 * streams would have to do without until somebody starts the server again.
 */
const beginAnewAfter: Partial<Record<KafkaErrorKind, number>> = {
  'topic-recreated': 1000,
  'unknown-topic': 1000,
  corrupt: 5000,
  // The log was cut: what windows hold may not stand there any more.
  'out-of-range': 1000,
};
/** Milliseconds between two looks for what has become too old. */
const sweepEvery = 30_000;

/** The streams of a topic, as they come. */
export interface OpenStreams extends Streams {
  /** Resolves when the reading has ended, after the signal. Rejects with what ended it otherwise: credentials, rights, our own faults. */
  readonly ended: Promise<void>;
  /**
   * All that stood on the topics at the beginning has been read; false again while they are read anew. Until then streams are not as
   * other servers have them, and nobody should be shown them.
   */
  readonly ready: boolean;
  /** Resolves when it is ready for the first time, or has ended; rejects as `ended` does. */
  readonly begun: Promise<void>;
  /** Records that were passed over because they are not what FORMAT.md says. */
  readonly passedOver: number;
  /** Bytes of older segments that are held. */
  readonly cachedBytes: number;
  /** The store of what is older than the topic can be reached; undefined without one. */
  readonly placesUp: boolean | undefined;
}

/**
 * Follows the topic: ready when it has caught up with what stood there at the beginning, or when the topic does not exist (it is
 * waited for beside). A topic that is deleted or made anew empties everything, with a word.
 */
export function followStreams(options: StreamsOptions): OpenStreams {
  return new TopicStreams(options);
}

/** The same; resolves when it is ready, and rejects with what makes reading impossible. */
export async function openStreams(options: StreamsOptions): Promise<OpenStreams> {
  const streams = followStreams(options);
  await streams.begun;
  return streams;
}

class TopicStreams implements OpenStreams, LiveFeedHandler {
  readonly ended: Promise<void>;
  readonly #options: StreamsOptions;
  readonly #begun = Promise.withResolvers<void>();
  readonly #listeners = new Set<() => void>();
  #windows: Windows;
  #claims = new Map<string, StreamClaim>();
  readonly #archives: Archives;
  #archive: ReturnType<Archives['open']>;
  #ready = false;
  #passedOver = 0;

  constructor(options: StreamsOptions) {
    this.#options = options;
    this.#archives = new Archives({ onWord: () => {}, ...streamsDefaults, ...options });
    this.#archive = this.#archives.open(options.signal);
    this.#windows = this.#newWindows();
    this.ended = this.#follow();
    this.ended.then(this.#begun.resolve, this.#begun.reject);
    // Whoever has not come to look at it yet is told when he does.
    this.begun.catch(() => {});
  }

  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  get ready(): boolean {
    return this.#ready;
  }

  get passedOver(): number {
    return this.#passedOver;
  }

  get cachedBytes(): number {
    return this.#archive.cachedBytes;
  }

  get placesUp(): boolean | undefined {
    return this.#archives.up;
  }

  get archive(): Archive {
    return this.#archive;
  }

  list(): readonly StreamSummary[] {
    return [...this.#claims.values()]
      .filter(({ stream }) => this.live(stream) !== undefined || this.#archive.segments(stream).length > 0)
      .map(({ stream, began, state }) => ({
        name: stream,
        state:
          state === 'ended' || this.#windows.get(stream)?.ended === true
            ? ('ended' as const)
            : ('live' as const),
        began,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  live(name: string): LiveStream | undefined {
    return this.#windows.get(name);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRecord(record: LiveRecord, bytes: Buffer): void {
    this.#windows.apply(record, bytes);
  }

  onIndex(entry: IndexEntry): void {
    this.#archive.onIndex(entry);
  }

  onClaim(stream: string, claim: StreamClaim | undefined): void {
    this.#archive.onClaim(stream, claim);
    const before = this.#claims.get(stream);
    if (claim === undefined) {
      this.#claims.delete(stream);
      this.#windows.forget(stream);
    } else this.#claims.set(stream, claim);
    if (before?.state !== claim?.state) this.#tell();
  }

  #newWindows(): Windows {
    const { window: listed, windowBytes: bytes } = { ...streamsDefaults, ...this.#options };
    const { memory = memoryBytes() / 2, onWord = () => {} } = this.#options;
    return new Windows({
      limits: { listed, bytes },
      memory,
      onChange: () => this.#tell(),
      onSetAside: (stream) => {
        const most = Math.round(memory / 1e6);
        const message = `stream ${stream} is set aside for a minute: the live windows of all streams may take ${most} MB together (--memory), and it began last, or holds more than its share`;
        onWord({ type: 'warning', message });
      },
    });
  }

  async #follow(): Promise<void> {
    const { signal, topic, onWord = () => {} } = this.#options;
    while (!signal.aborted) {
      if (!(await this.#topicsExist())) return;
      try {
        await this.#read();
      } catch (error) {
        if (signal.aborted) return;
        const wait = error instanceof KafkaError ? beginAnewAfter[error.kind] : undefined;
        if (wait === undefined) throw error;
        onWord({ type: 'warning', message: `${describeError(error)}; beginning anew with topic ${topic}` });
        this.#forget();
        await delay(wait, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #read(): Promise<void> {
    const { kafka, topic, signal, logger = silentLogger } = this.#options;
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const archive = this.#archives.open(both);
    this.#archive = archive;
    const { window, rewind } = { ...streamsDefaults, ...this.#options };
    const sweeping = setInterval(() => this.#sweep(), sweepEvery).unref();
    try {
      const following = followLive({
        kafka,
        topic,
        handler: this,
        // What windows keep behind what they list is a few target durations more.
        window: window * 1.5 + 30_000_000,
        rewind,
        signal: both,
        logger,
        onCaughtUp: () => {
          const looked = [archive.lookAtRetention(), this.#archives.looked()];
          Promise.all(looked).then(
            () => this.#caughtUp(),
            () => this.#caughtUp(),
          );
        },
        onPassedOver: () => {
          this.#passedOver += 1;
        },
      });
      await Promise.all([following, archive.followRetention()]);
    } finally {
      clearInterval(sweeping);
      stop.abort();
    }
  }

  /** Streams of which nothing came for longer than anybody may go back are gone; a publisher's claim brings them back. */
  #sweep(): void {
    let changed = this.#windows.sweep();
    const oldest = Date.now() * 1000 - (this.#options.rewind ?? streamsDefaults.rewind);
    for (const stream of this.#claims.keys()) {
      const arrived = (this.#windows.get(stream)?.arrivedAt ?? 0) * 1000;
      if (Math.max(arrived, this.#archive.newestAt(stream) ?? 0) >= oldest) continue;
      this.#windows.forget(stream);
      this.#archive.forget(stream);
      this.#claims.delete(stream);
      changed = true;
    }
    if (changed) this.#tell();
  }

  #caughtUp(): void {
    this.#ready = true;
    this.#begun.resolve();
    this.#tell();
  }

  /** False after the signal. */
  #topicsExist(): Promise<boolean> {
    const { kafka, topic, signal, onWord = () => {} } = this.#options;
    return awaitLiveTopics(kafka, topic, signal, {
      onMissing: (names) => {
        const message = `there is no topic ${names.join(', ')} yet: streams are served as soon as a publisher has made it`;
        onWord({ type: 'waiting', message });
        this.#caughtUp();
      },
      onFound: () => onWord({ type: 'resumed', message: `topic ${topic} is there` }),
    });
  }

  #forget(): void {
    this.#ready = false;
    this.#archives.forget();
    this.#windows = this.#newWindows();
    this.#claims = new Map();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
