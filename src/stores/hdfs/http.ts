/**
 * Requests over HTTP, one try each, and how long they are waited for. Not by `fetch`: datanodes say `100 Continue` to whoever did not ask for
 * it, which that takes for a fault.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Unconnected } from './answers.ts';

/** Milliseconds. */
export interface HdfsWaits {
  /** Until a connection stands. */
  readonly connect: number;
  /** Without a byte either way. */
  readonly silence: number;
  /** The same of what carries bytes, and of what datanodes have to read for an answer. */
  readonly work: number;
}

export const usualWaits: HdfsWaits = { connect: 10_000, silence: 60_000, work: 180_000 };

export interface HttpAsked {
  readonly method: string;
  readonly url: URL;
  readonly body?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Datanodes have work with it. */
  readonly isWork?: boolean | undefined;
}

/** Connections to one server at once. */
const connections = 64;
/** Milliseconds that a connection is kept for the next request; servers end theirs after more. */
const kept = 5000;

export class HdfsHttp {
  readonly #waits: HdfsWaits;
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: connections, timeout: kept }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: connections, timeout: kept }),
  } as const;

  constructor(waits: HdfsWaits = usualWaits) {
    this.#waits = waits;
  }

  /** Resolves when the answer begins, whatever it is; rejects with the system's error. Redirections are not followed. */
  async send(asked: HttpAsked): Promise<IncomingMessage> {
    try {
      return await this.#send(asked);
    } catch (error) {
      // The server had ended a connection that was kept: nobody was asked. What changes something may have been.
      if (asked.method !== 'GET' || !(error instanceof IdleReset))
        throw error instanceof IdleReset ? error.cause : error;
      return await this.#send(asked);
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #send({ method, url, body, signal, isWork }: HttpAsked): Promise<IncomingMessage> {
    const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
    const begin = protocol === 'https:' ? httpsRequest : httpRequest;
    const { connect, silence, work } = this.#waits;
    const headers = {
      // Some clusters want it of all that writes, as no page of another's can make a browser send it.
      'X-XSRF-HEADER': '""',
      ...(body === undefined ? {} : { 'Content-Type': 'application/octet-stream' }),
      ...(method === 'GET' ? {} : { 'Content-Length': body?.length ?? 0 }),
    };
    return new Promise((resolve, reject) => {
      const timeout = body !== undefined || isWork ? work : silence;
      const request = begin(
        url,
        { method, headers, agent: this.#agents[protocol], timeout, signal },
        resolve,
      );
      request.on('timeout', () => {
        request.destroy(Object.assign(new Error(`${url.host} says nothing`), { code: 'ETIMEDOUT' }));
      });
      request.on('socket', (socket) => {
        if (!socket.connecting) return;
        const late = new Unconnected(`no connection to ${url.host} comes about`);
        const timer = setTimeout(() => request.destroy(late), connect);
        socket.once('close', () => clearTimeout(timer));
        socket.once('connect', () => clearTimeout(timer));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isIdle = request.reusedSocket && error.code === 'ECONNRESET';
        reject(isIdle ? new IdleReset(error) : error);
      });
      request.end(body);
    });
  }
}

class IdleReset extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** All of an answer that is no file. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
