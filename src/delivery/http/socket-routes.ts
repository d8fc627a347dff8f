/** Upgrades to WebSocket: who may have one, and what it is sent. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../../log.ts';
import type { Channels } from './channels.ts';
import { Follower } from './follower.ts';
import type { LiveRoutes } from './live-routes.ts';
import type { DeliveryMetrics } from './metrics.ts';
import { limits } from './options.ts';
import type { Gate } from './tokens.ts';
import { refuseUpgrade, SocketPipe, Sockets } from './websocket.ts';

export interface SocketRoutesOptions {
  readonly channels: Channels;
  readonly routes: Pick<LiveRoutes, 'read'>;
  readonly gate: Gate;
  readonly metrics: DeliveryMetrics;
  readonly logger: Logger;
  /** The web origin that may watch; `*` for all. */
  readonly origin: string;
  /** Why this server cannot show anything just now; undefined: it can. */
  readonly away: () => string | undefined;
}

type Refused = readonly [status: number, phrase: string, reason: string];

export class SocketRoutes {
  readonly #options: SocketRoutesOptions;
  readonly #sockets = new Sockets();

  constructor(options: SocketRoutesOptions) {
    this.#options = options;
  }

  /** Takes the connection over, or refuses in words of HTTP. Never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that goes meanwhile is no news.
    socket.on('error', () => {});
    try {
      const refusal = this.#take(request, socket, head);
      if (refusal !== undefined) refuseUpgrade(socket, ...refusal);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a WebSocket could not be opened');
      socket.destroy();
    }
  }

  #take(request: IncomingMessage, socket: Duplex, head: Buffer): Refused | undefined {
    const { channels, routes, gate, metrics, away } = this.#options;
    const url = request.url ?? '';
    const address = url.length > limits.urlBytes ? undefined : routes.read(url);
    if (address?.target.kind !== 'socket') return [404, 'Not Found', 'there is no WebSocket at this path'];
    const { stream } = address.target;
    if (!this.#mayAsk(request)) return [403, 'Forbidden', 'this web origin may not watch'];
    const refusal = gate.refusal(stream, address.token);
    if (refusal !== undefined) {
      metrics.refused += 1;
      return [403, 'Forbidden', refusal];
    }
    const reason = away();
    if (reason !== undefined) return [503, 'Service Unavailable', reason];
    const channel = channels.get(stream);
    const rendition = address.query.get('rendition') ?? channel?.live.renditions[0]?.name ?? '';
    if (channel === undefined || channel.live.rendition(rendition) === undefined || channel.live.ended) {
      return [404, 'Not Found', 'there is no such stream or rendition, or it is not live'];
    }
    metrics.request('socket');
    this.#sockets.take(request, socket, head, (opened) => {
      const pipe = new SocketPipe(opened, stream, metrics);
      const chunks = address.query.get('chunks') === '1';
      opened.on('close', channel.followers.add(new Follower({ rendition, chunks, pipe })));
    });
    return undefined;
  }

  close(): void {
    this.#sockets.close();
  }

  /** Browsers do not ask before they open a WebSocket of another origin, so we look ourselves. */
  #mayAsk({ headers: { origin, host, 'x-forwarded-host': forwarded } }: IncomingMessage): boolean {
    const allowed = this.#options.origin;
    if (allowed === '*' || origin === undefined || origin === allowed) return true;
    // A proxy may ask us by another name than it was asked by; pages of others cannot make a browser send this header.
    return URL.canParse(origin) && [host, forwarded].includes(new URL(origin).host);
  }
}
