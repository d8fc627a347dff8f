/** Media playlists of one stream: rendered once for a version, held until what they are asked for has come. */
import type { Arrival, LiveStream, Rendition, Streams } from '../contract.ts';
import type { Judgement } from '../hls/directives.ts';
import { type Held, HeldRequests } from './held.ts';
import { type Rendered, RenderedTexts, renderReply, replyFor } from './rendered.ts';
import { cacheFor, type Incoming, mime, type Outgoing, type Replies, type Reply, send } from './replies.ts';
import type { Address } from './target.ts';
import type { Texts } from './texts.ts';

interface HeldPlaylist extends Held {
  readonly request: Incoming;
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
  readonly patience: number;
  /** Playlist requests that are held now, whenever more or less are. */
  readonly onHeld: (count: number) => void;
  readonly onBytes: (count: number) => void;
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

  /** Answers now, or when what is asked for has come. Says which. */
  ask(request: Incoming, response: Outgoing, address: Address, rendition: Rendition): Judgement['type'] {
    const { live, texts, replies, patience, onHeld } = this.#options;
    const judgement = texts.judge(address.query, live, rendition);
    if (judgement.type === 'refuse') send(response, replies.problem(400, judgement.reason));
    else if (judgement.type === 'now') this.#answer(request, response, address, rendition);
    else {
      const { isReady } = judgement;
      const deadline = performance.now() + patience;
      this.#held.add({ request, response, address, rendition: rendition.name, isReady, deadline });
      onHeld(this.#held.count);
    }
    return judgement.type;
  }

  onArrival(arrival: Arrival): void {
    if (arrival.type === 'chunk') return;
    const { live, onHeld } = this.#options;
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
    if (this.#held.count !== before) onHeld(this.#held.count);
  }

  sweep(now: number): void {
    const { replies, onHeld } = this.#options;
    const before = this.#held.count;
    const late = replies.problem(503, 'the next part did not come in time', ['retry-after', '1']);
    this.#held.sweep(now, ({ response }) => send(response, late));
    if (this.#held.count !== before) onHeld(this.#held.count);
  }

  end(reply: Reply): void {
    this.#held.releaseAll(({ response }) => send(response, reply));
  }

  #release({ request, response, address, rendition }: HeldPlaylist): void {
    const state = this.#options.live.rendition(rendition);
    if (state !== undefined) this.#answer(request, response, address, state);
  }

  #answer(request: Incoming, response: Outgoing, address: Address, rendition: Rendition): void {
    const reply = replyFor(request, this.#render(address, rendition));
    const head = request.method === 'HEAD';
    send(response, reply, head);
    if (!head) for (const { length } of reply.body) this.#options.onBytes(length);
  }

  #render(address: Address, rendition: Rendition): Rendered {
    const { live, streams, texts, replies } = this.#options;
    const { key, blocks, wish } = address.playlist;
    const rendered = this.#textsOf(rendition.name);
    return rendered.get(live.version, key, () => {
      const text = texts.media(live, rendition, streams.archive, wish);
      const target = live.targets.segment / 1e6;
      // With directives, a URL means what it means for good; the bare one is about now.
      const cache = cacheFor.seconds(blocks ? 6 * target : target / 2);
      return renderReply(replies, text, { type: mime.playlist, cache, tagged: !blocks });
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
