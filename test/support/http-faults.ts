/** An HTTP proxy before a server, which answers some requests itself, or not at all, and counts all of them. */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from './owner.ts';

/** What becomes of a request: an answer with that status, a reset before or amid the answer; undefined: it passes. */
export type HttpFault =
  | { readonly status: number; readonly code: string; readonly retryAfter?: number; readonly body?: string }
  | 'reset'
  /** The connection ends after so many bytes of the answer. */
  | { readonly cutAfter: number };

export interface HttpFaults {
  readonly port: number;
  /** All requests so far, those that were answered here too. */
  readonly requests: number;
  /** Requests that did not pass as they should. */
  readonly faults: number;
}

export interface HttpFaultOptions {
  /** Where requests go that pass. */
  readonly target: number;
  /** Asked for each request, and waited for. */
  readonly judge: (request: IncomingMessage) => HttpFault | undefined | Promise<HttpFault | undefined>;
  /** Milliseconds that each request is held back. */
  readonly latency?: number;
  /** Where an answer sends to, as it is passed on. */
  readonly redirect?: (location: string) => string;
}

/** On a free port; closed with its owner. */
export async function startHttpFaults(
  owner: Owner,
  { target, judge, latency = 0, redirect = (location) => location }: HttpFaultOptions,
): Promise<HttpFaults> {
  const counts = { requests: 0, faults: 0 };
  const agent = new Agent({ keepAlive: true });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    counts.requests++;
    const fault = await judge(request);
    if (latency > 0) await delay(latency);
    if (fault !== undefined) counts.faults++;
    if (fault === 'reset') request.socket.resetAndDestroy();
    else if (fault !== undefined && 'status' in fault) {
      const after = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      request.resume();
      // What was taken, for all that the client knows, has an ETag.
      const taken = fault.status < 300 ? { etag: '"taken"' } : {};
      response.writeHead(fault.status, { 'content-type': 'application/xml', ...after, ...taken });
      response.end(
        fault.body ?? `<Error><Code>${fault.code}</Code><Message>as the test wants it</Message></Error>`,
      );
    } else pass(request, response, fault?.cutAfter);
  };
  const pass = (request: IncomingMessage, response: ServerResponse, cutAfter: number | undefined): void => {
    const { method, url, headers } = request;
    // The host stays as it was: it is signed.
    const onward = httpRequest(
      { host: '127.0.0.1', port: target, method, path: url, headers, agent },
      (reply) => {
        const { location } = reply.headers;
        const head = reply.rawHeaders.map((text) => (text === location ? redirect(text) : text));
        response.writeHead(reply.statusCode ?? 500, head);
        let left = cutAfter ?? Number.POSITIVE_INFINITY;
        reply.on('data', (bytes: Buffer) => {
          if (!response.write(bytes.subarray(0, left))) {
            reply.pause();
            response.once('drain', () => reply.resume());
          }
          left -= bytes.length;
          if (left <= 0 && cutAfter !== undefined) request.socket.resetAndDestroy();
        });
        reply.on('end', () => response.end());
        reply.on('error', () => response.destroy());
      },
    );
    onward.on('error', () => request.socket.resetAndDestroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    server.close();
    agent.destroy();
  });
  const { port } = server.address() as { port: number };
  return {
    port,
    get requests() {
      return counts.requests;
    },
    get faults() {
      return counts.faults;
    },
  };
}
