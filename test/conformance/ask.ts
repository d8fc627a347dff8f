/** Requests as the checker makes them: nothing is undone, and everything is timed. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** An answer. Times are milliseconds of the steady clock. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly askedAt: number;
  /** When its headers, and its last byte, were there. */
  readonly begunAt: number;
  readonly endedAt: number;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Milliseconds without a byte, after which a request is given up. */
const patience = 30_000;

export class Asker {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  /** Rejects when no answer comes. */
  ask(url: string, { method = 'GET', headers = {}, signal }: AskOptions = {}): Promise<Answer> {
    const secure = url.startsWith('https:');
    const send = secure ? httpsRequest : httpRequest;
    const agent = secure ? this.#https : this.#http;
    const askedAt = performance.now();
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent, timeout: patience, ...(signal ? { signal } : {}) };
      const request = send(url, options, (response) => {
        const begunAt = performance.now();
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(pieces);
          const status = response.statusCode ?? 0;
          const endedAt = performance.now();
          resolve({ url, status, headers: response.headers, body, askedAt, begunAt, endedAt });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${url}: nothing came for ${patience} ms`)));
      request.on('error', reject);
      request.end();
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** A URL with directives. */
export function withQuery(url: string, query: Readonly<Record<string, string | number>>): string {
  const made = new URL(url);
  for (const [name, value] of Object.entries(query)) made.searchParams.set(name, String(value));
  return made.href;
}
