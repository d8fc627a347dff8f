/** One request and its answer. Whoever answers does so through this: once, and without a way to fail at it. */
import type { Logger } from '../../log.ts';
import { ranged } from './conditions.ts';
import type { DeliveryMetrics } from './metrics.ts';
import {
  hasGone,
  headerOf,
  type Incoming,
  lengthOf,
  type Outgoing,
  type Replies,
  type Reply,
  send,
} from './replies.ts';
import { pathWithoutToken } from './target.ts';

/** Says that whoever was asked has taken the exchange, and answers it by itself when it can. */
export const later = Symbol('later');

/**
 * What comes of asking a route: the reply, or word that it comes later. Where a route gives undefined beside these, it does not have
 * what is asked for, and another one is asked.
 */
export type Answer = Reply | typeof later;

/** Answers that give nothing, to somebody who asks for too many of them. */
export interface SlowedAnswers {
  /** Takes the exchange, and sends the reply when its time has come; false: send it at once. */
  take(exchange: Exchange, reply: Reply): boolean;
}

/** It never came; he may not have it; it is not there; not of that range; not now. */
const hopeful = new Set([204, 403, 404, 416, 503]);

export interface ExchangeServices {
  readonly replies: Replies;
  readonly metrics: Pick<DeliveryMetrics, 'bytes'>;
  readonly logger: Logger;
  readonly misses: SlowedAnswers;
}

export class Exchange {
  readonly request: Incoming;
  readonly response: Outgoing;
  readonly #services: ExchangeServices;

  constructor(request: Incoming, response: Outgoing, services: ExchangeServices) {
    this.request = request;
    this.response = response;
    this.#services = services;
  }

  /** Only headers are wanted. */
  get isHead(): boolean {
    return this.request.method === 'HEAD';
  }

  /** Nobody reads the answer any more. */
  get hasGone(): boolean {
    return hasGone(this.response);
  }

  /** Gives a reply, or what the request wants of it, at once or, to somebody who asks in a loop for nothing, later. Never throws. */
  answer(reply: Reply): void {
    const range = headerOf(this.request, 'range');
    const wanted = range === undefined ? reply : ranged(reply, range);
    if (!this.#isNothing(wanted) || !this.#services.misses.take(this, wanted)) this.send(wanted);
  }

  /** Sends a reply as it is. Never throws. */
  send(reply: Reply): void {
    try {
      const { isHead } = this;
      send(this.response, reply, isHead);
      if (!isHead && reply.status < 300) this.#services.metrics.bytes += lengthOf(reply);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Whoever asks has nothing of it, and a player may ask on in hope. That a browser may ask (204 too) is something. */
  #isNothing({ status }: Reply): boolean {
    return hopeful.has(status) && this.request.method !== 'OPTIONS';
  }

  /** Begins an answer that goes on, of status 200. Never throws. */
  begin(headers: string[]): void {
    if (this.hasGone) return;
    try {
      this.response.writeHead(200, headers);
    } catch (error) {
      this.fail(error);
    }
  }

  onClose(listener: () => void): void {
    this.response.on('close', listener);
  }

  /** A fault of ours: is logged, told if nothing was said yet, and ends this exchange and nothing else. Never throws. */
  fail(error: unknown): void {
    const { logger, replies } = this.#services;
    const path = pathWithoutToken(this.request.url ?? '');
    logger.error({ err: error, path }, 'a request could not be answered');
    try {
      if (this.response.headersSent !== true) {
        send(this.response, replies.problem(500, 'a fault of this server; its log has more'), this.isHead);
        return;
      }
    } catch {
      // What cannot be said is not said.
    }
    this.response.destroy();
  }
}
