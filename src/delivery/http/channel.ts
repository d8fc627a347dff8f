/** Everything that a server does for one stream: one listener to what comes, which hands it on in the order that costs viewers least. */
import type { Logger } from '../../log.ts';
import type { Arrival, LiveStream, Streams } from '../contract.ts';
import { Followers } from './follower.ts';
import type { DeliveryMetrics, StreamFigures } from './metrics.ts';
import { WindowMedia } from './parts.ts';
import { Playlists } from './playlists.ts';
import type { Replies } from './replies.ts';
import type { Texts } from './texts.ts';
import { ViewerCount } from './viewers.ts';

export interface ChannelOptions {
  readonly live: LiveStream;
  readonly streams: Streams;
  readonly texts: Texts;
  readonly replies: Replies;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
}

export class Channel {
  readonly live: LiveStream;
  readonly followers: Followers;
  readonly media: WindowMedia;
  readonly playlists: Playlists;
  readonly viewers: ViewerCount;
  readonly #replies: Replies;
  readonly #metrics: DeliveryMetrics;
  readonly #logger: Logger;
  readonly #unlisten: () => void;

  constructor({ live, streams, texts, replies: common, metrics, logger }: ChannelOptions) {
    const replies = common.ofStream(live.name);
    this.live = live;
    this.#logger = logger;
    this.#replies = replies;
    this.#metrics = metrics;
    const longestHold = (3 * live.targets.segment) / 1000;
    const onBytes = (count: number) => {
      metrics.bytes += count;
    };
    this.viewers = new ViewerCount(2 * longestHold);
    this.followers = new Followers(live);
    this.media = new WindowMedia({ live, followers: this.followers, replies, onBytes, longestHold });
    const { viewers } = this;
    this.playlists = new Playlists({ live, streams, texts, replies, longestHold, viewers, metrics });
    this.#unlisten = live.listen((arrival) => this.#guard(() => this.#onArrival(arrival)));
  }

  get viewerCount(): number {
    return this.viewers.count(this.followers.count);
  }

  /** Requests that wait for what will come. */
  get waiting(): number {
    return this.playlists.heldCount + this.media.heldCount;
  }

  figures(): StreamFigures {
    let windowBytes = 0;
    for (const { segments } of this.live.renditions) {
      for (const { parts } of segments) for (const { bytes } of parts) windowBytes += bytes.length;
    }
    const { name: stream } = this.live;
    return { stream, viewers: this.viewerCount, held: this.playlists.heldCount, windowBytes };
  }

  sweep(now: number): void {
    this.#guard(() => {
      this.playlists.sweep(now);
      this.media.sweep(now);
    });
  }

  /** Answers everybody who waits, and ends what goes on for ever. */
  end(reason: string): void {
    this.#unlisten();
    const reply = this.#replies.problem(503, reason, ['retry-after', '1']);
    this.playlists.end(reply);
    this.media.end(reply);
    this.followers.end();
  }

  /** Never throws: whoever reads the topic, and other streams, are not to suffer from a fault of ours. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#logger.error({ err: error, stream: this.live.name }, 'viewers could not be served');
    }
  }

  #onArrival(arrival: Arrival): void {
    this.followers.onArrival(arrival);
    this.playlists.onArrival(arrival);
    this.media.onArrival(arrival);
    if (arrival.type !== 'part') return;
    const { segment, part } = arrival;
    const end = segment.captured / 1e6 + (part.time - segment.time + part.duration) / segment.timescale;
    this.#metrics.partDelay(Date.now() / 1000 - end);
  }
}
