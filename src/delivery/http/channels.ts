/** The channels of all streams: each made when its stream comes, ended when it goes. */
import { Channel, type ChannelOptions } from './channel.ts';

export type ChannelsOptions = Omit<ChannelOptions, 'live'>;

/** Milliseconds between two looks at those who wait. */
const sweepEvery = 500;

export class Channels {
  readonly #options: ChannelsOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #timer: NodeJS.Timeout;
  readonly #unlisten: () => void;

  constructor(options: ChannelsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sweep(), sweepEvery).unref();
    this.#unlisten = options.streams.listen(() => this.#follow());
    this.#follow();
  }

  /** Undefined: there is no window of that stream. */
  get(name: string): Channel | undefined {
    const known = this.#channels.get(name);
    const live = this.#options.streams.live(name);
    if (known !== undefined && known.live === live) return known;
    if (known !== undefined) this.#drop(name, known);
    if (live === undefined) return undefined;
    const channel = new Channel({ ...this.#options, live });
    this.#channels.set(name, channel);
    return channel;
  }

  all(): Iterable<Channel> {
    return this.#channels.values();
  }

  /** Answers and ends everybody; the server goes. */
  close(): void {
    clearInterval(this.#timer);
    this.#unlisten();
    for (const channel of this.#channels.values()) channel.end('this server goes; ask again, or another');
    this.#channels.clear();
  }

  #sweep(): void {
    const now = performance.now();
    for (const channel of this.#channels.values()) channel.sweep(now);
  }

  #follow(): void {
    for (const [name, channel] of this.#channels) {
      if (this.#options.streams.live(name) !== channel.live) this.#drop(name, channel);
    }
    for (const { name } of this.#options.streams.list()) this.get(name);
  }

  #drop(name: string, channel: Channel): void {
    channel.end('the stream is not there any more');
    this.#channels.delete(name);
  }
}
