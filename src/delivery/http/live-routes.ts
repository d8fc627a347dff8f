/**
 * Everything below `/live/`. Stands before the router of the rest: hundreds of viewers ask here many times a second, and what most
 * of them ask for is answered by a look into a few maps, without a promise.
 */
import { describeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Streams } from '../contract.ts';
import { ArchiveRoutes, type Asked } from './archive-routes.ts';
import type { Channel } from './channel.ts';
import type { Channels } from './channels.ts';
import { ResponsePipe } from './fmp4.ts';
import { Follower } from './follower.ts';
import type { DeliveryMetrics, RequestKind } from './metrics.ts';
import { limits } from './options.ts';
import {
  cacheFor,
  headerOf,
  type Incoming,
  mime,
  type Outgoing,
  type Replies,
  type Reply,
  send,
} from './replies.ts';
import { newestStill, type Snapshots } from './snapshot.ts';
import { type Address, Addresses, type RenditionTarget, type StreamTarget } from './target.ts';
import type { Texts } from './texts.ts';
import type { Gate } from './tokens.ts';

export interface LiveRoutesOptions {
  readonly streams: Streams;
  readonly channels: Channels;
  readonly texts: Texts;
  readonly replies: Replies;
  readonly metrics: DeliveryMetrics;
  readonly gate: Gate;
  readonly snapshots: Snapshots;
  readonly logger: Logger;
  /** Why this server cannot show anything just now; undefined: it can. */
  readonly away: () => string | undefined;
}

export class LiveRoutes {
  readonly #options: LiveRoutesOptions;
  readonly #addresses = new Addresses();
  readonly #archive: ArchiveRoutes;
  readonly #preflight: Reply;

  constructor(options: LiveRoutesOptions) {
    this.#options = options;
    this.#archive = new ArchiveRoutes(options);
    this.#preflight = options.replies.preflight();
  }

  /** False: the URL is not below `/live/`. Never throws. */
  handle(request: Incoming, response: Outgoing): boolean {
    const url = request.url ?? '';
    if (!url.startsWith('/live/')) return false;
    try {
      const reply = this.#reply(request, response, url);
      if (reply !== undefined) send(response, reply, request.method === 'HEAD');
    } catch (error) {
      // Without what is behind the mark: it may be a token.
      const [path] = url.split('?');
      this.#options.logger.error({ err: error, path }, 'a request could not be answered');
      send(response, this.#problem(500, 'a fault of this server; its log has more'));
    }
    return true;
  }

  /** A URL's meaning; undefined: there is no such path. */
  read(url: string): Address | undefined {
    return this.#addresses.read(url);
  }

  /** What is to be sent at once; undefined: somebody has taken the request, and answers it. */
  #reply(request: Incoming, response: Outgoing, url: string): Reply | undefined {
    const { method } = request;
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
    const refusal = this.#options.gate.refusal(target.stream, token);
    if (refusal !== undefined) {
      this.#options.metrics.refused += 1;
      return this.#problem(403, refusal);
    }
    const reason = this.#options.away();
    if (reason !== undefined) return this.#problem(503, reason, ['retry-after', '1']);
    const channel = this.#options.channels.get(target.stream);
    return 'rendition' in target
      ? this.#rendition({ request, response, address }, target, channel)
      : this.#stream({ request, response, address }, target, channel);
  }

  #rendition(asked: Asked, target: RenditionTarget, channel: Channel | undefined): Reply | undefined {
    const { request, response, address } = asked;
    if (target.kind === 'vod') return this.#archive.vod(asked, target);
    const rendition = channel?.live.rendition(target.rendition);
    if (channel === undefined || rendition === undefined) {
      if (target.kind === 'segment') return this.#archive.segment(asked, target);
      if (target.kind === 'init') return this.#archive.init(asked, target);
      return this.#problem(404, 'there is no such stream, or it is not live');
    }
    switch (target.kind) {
      case 'live': {
        const judgement = channel.playlists.ask(request, response, address, rendition);
        this.#count(judgement === 'wait' ? 'held-playlist' : 'playlist');
        if (judgement === 'now' && !address.playlist.blocks) channel.viewers.plain(playerOf(request));
        return undefined;
      }
      case 'part':
        this.#count('part');
        if (channel.media.part(request, response, rendition, target)) return undefined;
        return this.#problem(404, 'there is no such part, and it is not the next one');
      case 'segment':
        this.#count('segment');
        if (channel.media.segment(request, response, rendition, target)) return undefined;
        return this.#archive.segment(asked, target);
      case 'init':
        this.#count('init');
        if (channel.media.init(request, response, rendition, target)) return undefined;
        return this.#archive.init(asked, target);
    }
  }

  #stream(asked: Asked, { kind, stream }: StreamTarget, channel: Channel | undefined): Reply | undefined {
    if (kind === 'index') return this.#archive.index(asked, channel?.live);
    if (kind === 'manifest') return this.#archive.manifest(asked, channel?.live);
    if (channel === undefined) return this.#problem(404, `there is no stream "${stream}", or it is not live`);
    if (kind === 'continuous') return this.#continuous(asked, channel);
    if (kind === 'snapshot') return this.#snapshot(asked, channel);
    return this.#problem(426, 'this is a WebSocket', ['upgrade', 'websocket']);
  }

  #continuous({ request, response, address }: Asked, { live, followers }: Channel): Reply | undefined {
    const { replies, metrics } = this.#options;
    this.#count('continuous');
    const rendition = address.query.get('rendition') ?? live.renditions[0]?.name ?? '';
    if (live.ended) return this.#problem(404, 'the programme is over');
    if (live.rendition(rendition) === undefined) return this.#problem(404, 'there is no such rendition');
    const headers = replies.openHeaders(mime.media, cacheFor.never);
    if (request.method === 'HEAD') return { status: 200, headers, body: [] };
    response.writeHead(200, headers);
    const chunks = address.query.get('chunks') === '1';
    const follower = new Follower({ rendition, chunks, pipe: new ResponsePipe(response, metrics) });
    response.on('close', followers.add(follower));
    return undefined;
  }

  #snapshot({ request, response, address }: Asked, { live }: Channel): Reply | undefined {
    const { replies, snapshots } = this.#options;
    this.#count('snapshot');
    const still = newestStill(live, address.query.get('rendition') ?? undefined);
    if (still === undefined) return this.#problem(404, 'there is no picture yet, or there never is one');
    const head = request.method === 'HEAD';
    snapshots.picture(live.name, still).then(
      (picture) => send(response, replies.make(200, mime.picture, cacheFor.seconds(1), [picture]), head),
      (error: unknown) =>
        send(response, this.#problem(503, describeError(error), ['retry-after', '5']), head),
    );
    return undefined;
  }

  #count(kind: RequestKind): void {
    this.#options.metrics.request(kind);
  }

  #problem(status: number, reason: string, more: readonly string[] = []): Reply {
    return this.#options.replies.problem(status, reason, more);
  }
}

/** Which player it is, as well as one can tell: only to count them. */
function playerOf(request: Incoming): string {
  const behind = headerOf(request, 'x-forwarded-for') ?? '';
  return `${request.socket?.remoteAddress}|${behind.slice(0, 200)}|${headerOf(request, 'user-agent')?.slice(0, 200)}`;
}
