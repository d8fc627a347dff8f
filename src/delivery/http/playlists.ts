/** Media playlists of one stream: rendered once for a version, held until what they are asked for has come. */
import type { Arrival, LiveStream, Rendition, Streams } from '../contract.ts';
import { type Answer, type Exchange, later } from './exchange.ts';
import { type Held, HeldRequests } from './held.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { type Rendered, RenderedTexts, renderPieces, replyFor } from './rendered.ts';
import { cacheFor, mime, type Replies, type Reply } from './replies.ts';
import type { Address } from './target.ts';
import type { Texts } from './texts.ts';
import { playerOf, type ViewerCount } from './viewers.ts';

interface HeldPlaylist extends Held {
  readonly address: Address;
  readonly rendition: string;
  readonly isReady: (rendition: Rendition) => boolean;
}

export interface PlaylistsOptions {
  readonly live: LiveStream;
  readonly streams: Pick<Streams, 'archive'>;
  readonly texts: Texts;
  readonly replies: Replies;
  /** Milliseconds that a request may wait: three target durations (RFC 8216bis, 6.2.5.2). */
  readonly longestHold: number;
  readonly viewers: ViewerCount;
  readonly metrics: DeliveryMetrics;
}

export class Playlists {
  readonly #options: PlaylistsOptions;
  readonly #held = new HeldRequests<HeldPlaylist>();
  readonly #rendered = new Map<string, RenderedTexts>();

  constructor(options: PlaylistsOptions) {
    this.#options = options;
  }

  get heldCount(): number {
    return this.#held.count;
  }

  /** The playlist, or word that it is held until what is asked for has come. */
  ask(exchange: Exchange, address: Address, rendition: Rendition): Answer {
    const { live, texts, replies, longestHold, viewers, metrics } = this.#options;
    const judgement = texts.judge(address.query, live, rendition);
    metrics.request(judgement.type === 'wait' ? 'held-playlist' : 'playlist');
    if (judgement.type === 'refuse') return replies.problem(400, judgement.reason);
    if (judgement.type === 'now') {
      if (!address.playlist.blocks) viewers.plain(playerOf(exchange.request));
      return this.#reply(exchange, address, rendition);
    }
    const { isReady } = judgement;
    const deadline = performance.now() + longestHold;
    this.#held.add({ exchange, address, rendition: rendition.name, isReady, deadline });
    viewers.held(this.#held.count);
    return later;
  }

  onArrival(arrival: Arrival): void {
    if (arrival.type === 'chunk') return;
    const { live, viewers } = this.#options;
    const before = this.#held.count;
    if (before === 0) return;
    // Of the end all renditions are told at once.
    const name = arrival.type === 'end' ? undefined : arrival.rendition;
    const state = name === undefined ? undefined : live.rendition(name);
    if (name !== undefined && state === undefined) return;
    this.#held.release(
      ({ rendition, isReady }) => live.ended || (rendition === name && state !== undefined && isReady(state)),
      (held) => this.#release(held),
    );
    if (this.#held.count !== before) viewers.held(this.#held.count);
  }

  sweep(now: number): void {
    const { replies, viewers } = this.#options;
    const before = this.#held.count;
    const late = replies.problem(503, 'the next part did not come in time', ['retry-after', '1']);
    this.#held.sweep(now, ({ exchange }) => exchange.answer(late));
    if (this.#held.count !== before) viewers.held(this.#held.count);
  }

  end(reply: Reply): void {
    this.#held.releaseAll(({ exchange }) => exchange.answer(reply));
  }

  #release({ exchange, address, rendition }: HeldPlaylist): void {
    const state = this.#options.live.rendition(rendition);
    try {
      if (state !== undefined) exchange.answer(this.#reply(exchange, address, state));
    } catch (error) {
      // One text that cannot be written must not keep the others waiting.
      exchange.fail(error);
    }
  }

  #reply({ request }: Exchange, address: Address, rendition: Rendition): Reply {
    return replyFor(request, this.#render(address, rendition));
  }

  #render(address: Address, rendition: Rendition): Rendered {
    const { live, streams, texts, replies } = this.#options;
    const { key, blocks, wish } = address.playlist;
    const rendered = this.#textsOf(rendition.name);
    return rendered.get(live.version, key, () => {
      const pieces = texts.media(live, rendition, streams.archive, wish);
      const target = live.targets.segment / 1e6;
      // With directives, a URL means what it means for good; the bare one is about now.
      const kept = blocks ? cacheFor.seconds(6 * target) : cacheFor.about(target / 2, target / 2);
      // An end of the list does not: the next programme goes on with its numbers, and its viewers would be told that it is over.
      const cache = live.ended ? cacheFor.never : kept;
      return renderPieces(replies, pieces, wish.uri, { type: mime.playlist, cache, tagged: !blocks });
    });
  }

  #textsOf(rendition: string): RenderedTexts {
    let rendered = this.#rendered.get(rendition);
    if (rendered === undefined) {
      rendered = new RenderedTexts();
      this.#rendered.set(rendition, rendered);
    }
    return rendered;
  }
}
