/**
 * Everything below `/live/`. Stands before the router of the rest: hundreds of viewers ask here many times a second, and what most
 * of them ask for is answered by a look into a few maps, without a promise.
 */
import { SluiceError } from '../../errors.ts';
import { ArchiveRoutes } from './archive-routes.ts';
import type { Channel } from './channel.ts';
import type { RouteContext } from './context.ts';
import { type Answer, Exchange, later } from './exchange.ts';
import { ResponsePipe } from './fmp4.ts';
import { Follower } from './follower.ts';
import { limits } from './options.ts';
import { cacheFor, type Incoming, mime, type Outgoing, type Reply } from './replies.ts';
import { newestStill } from './snapshot.ts';
import { type Address, Addresses, isBelowLive, type RenditionTarget, type StreamTarget } from './target.ts';

/** Seconds for which a proxy may believe that somebody may watch, or may not. */
const permits = 30;

export class LiveRoutes {
  readonly #context: RouteContext;
  readonly #addresses: Addresses;
  readonly #archive: ArchiveRoutes;
  readonly #preflight: Reply;

  constructor(context: RouteContext) {
    this.#context = context;
    this.#addresses = new Addresses(!context.gate.isOpen);
    this.#archive = new ArchiveRoutes(context);
    this.#preflight = context.replies.preflight();
  }

  /** False: the URL is none of ours. Never throws. */
  handle(request: Incoming, response: Outgoing): boolean {
    const url = request.url ?? '';
    if (!isBelowLive(url)) return false;
    const exchange = new Exchange(request, response, this.#context);
    try {
      const answer = this.#answer(exchange, url);
      if (answer !== later) exchange.answer(answer);
    } catch (error) {
      exchange.fail(error);
    }
    return true;
  }

  /** A URL's meaning; undefined: there is no such path. */
  read(url: string): Address | undefined {
    return this.#addresses.read(url);
  }

  #answer(exchange: Exchange, url: string): Answer {
    const { method } = exchange.request;
    if (method === 'OPTIONS') return this.#preflight;
    if (method !== 'GET' && method !== 'HEAD') {
      return this.#problem(405, 'only GET, HEAD and OPTIONS are answered here', [
        'allow',
        'GET, HEAD, OPTIONS',
      ]);
    }
    if (url.length > limits.urlBytes) return this.#problem(414, 'the URL is too long');
    const address = this.read(url);
    if (address === undefined) return this.#problem(404, 'there is no such path');
    const { target, token } = address;
    const { gate, metrics } = this.#context;
    const refusal = gate.refusal(target.stream, token);
    const isPermit = target.kind === 'permit';
    if (refusal !== undefined) {
      metrics.refused += 1;
      return this.#context.replies.problem(
        403,
        refusal,
        [],
        isPermit ? cacheFor.seconds(permits) : cacheFor.never,
      );
    }
    // Of a proxy that asks for others: nothing need be there for that.
    if (isPermit) {
      metrics.request('permit');
      const cache = cacheFor.seconds(Math.min(permits, gate.validFor(token)));
      return this.#context.replies.make(200, mime.text, cache, [Buffer.from('yes\n')]);
    }
    const reason = this.#context.away();
    if (reason !== undefined) return this.#problem(503, reason, ['retry-after', '1']);
    const channel = this.#context.channels.get(target.stream);
    return 'rendition' in target
      ? this.#rendition(exchange, address, target, channel)
      : this.#stream(exchange, address, target, channel);
  }

  #rendition(
    exchange: Exchange,
    address: Address,
    target: RenditionTarget,
    channel: Channel | undefined,
  ): Answer {
    const { metrics } = this.#context;
    if (target.kind === 'vod') return this.#archive.vod(exchange, address, target);
    const rendition = channel?.live.rendition(target.rendition);
    if (channel === undefined || rendition === undefined) {
      if (target.kind === 'segment') return this.#archive.segment(exchange, address, target);
      if (target.kind === 'init') return this.#archive.init(exchange, address, target);
      return this.#problem(404, 'there is no such stream, or it is not live', [], cacheFor.seconds(1));
    }
    const { playlists, media } = channel;
    switch (target.kind) {
      case 'live':
        return playlists.ask(exchange, address, rendition);
      case 'part':
        metrics.request('part');
        return (
          media.part(exchange, rendition, target) ??
          this.#problem(404, 'there is no such part, and it is not about to come')
        );
      case 'segment':
        metrics.request('segment');
        return media.segment(exchange, rendition, target) ?? this.#archive.segment(exchange, address, target);
      case 'init':
        metrics.request('init');
        return media.init(exchange, rendition, target) ?? this.#archive.init(exchange, address, target);
    }
  }

  #stream(
    exchange: Exchange,
    address: Address,
    { kind, stream }: StreamTarget,
    channel: Channel | undefined,
  ): Answer {
    if (kind === 'index') return this.#archive.index(exchange, address, channel?.live);
    if (kind === 'manifest') return this.#archive.manifest(exchange, address, channel?.live);
    if (channel === undefined) return this.#problem(404, `there is no stream "${stream}", or it is not live`);
    if (kind === 'continuous') return this.#continuous(exchange, address, channel);
    if (kind === 'snapshot') return this.#snapshot(exchange, address, channel);
    const problem = this.#problem(426, 'this is a WebSocket, which begins by an upgrade of HTTP/1.1');
    return { ...problem, ofConnection: ['connection', 'upgrade', 'upgrade', 'websocket'] };
  }

  #continuous(exchange: Exchange, { query }: Address, { live, followers }: Channel): Answer {
    const { replies, metrics } = this.#context;
    metrics.request('continuous');
    const rendition = query.get('rendition') ?? live.renditions[0]?.name ?? '';
    if (live.ended) return this.#problem(404, 'the programme is over');
    if (live.rendition(rendition) === undefined) return this.#problem(404, 'there is no such rendition');
    const headers = replies.openHeaders(mime.media, cacheFor.never);
    if (exchange.isHead) return { status: 200, headers, body: [] };
    exchange.begin(headers);
    const chunks = query.get('chunks') === '1';
    const pipe = new ResponsePipe(exchange.response, metrics);
    exchange.onClose(followers.add(new Follower({ rendition, chunks, pipe })));
    return later;
  }

  #snapshot(exchange: Exchange, { query }: Address, { live }: Channel): Answer {
    const { replies, snapshots, metrics } = this.#context;
    metrics.request('snapshot');
    const still = newestStill(live, query.get('rendition') ?? undefined);
    if (still === undefined) return this.#problem(404, 'there is no picture yet, or there never is one');
    snapshots.picture(live.name, still).then(
      (picture) => exchange.answer(replies.make(200, mime.picture, cacheFor.seconds(1), [picture])),
      (error: unknown) => {
        if (!(error instanceof SluiceError)) exchange.fail(error);
        else exchange.answer(this.#problem(503, error.message, ['retry-after', '5']));
      },
    );
    return later;
  }

  #problem(status: number, reason: string, more: readonly string[] = [], cache?: string): Reply {
    return this.#context.replies.problem(status, reason, more, cache);
  }
}
