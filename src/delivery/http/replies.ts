/** Answers whose headers and bytes are made once and sent to everybody: what the hot path of the server is made of. */

/** What is used of a response, of HTTP/1.1 and HTTP/2 alike. */
export interface Outgoing {
  writeHead(status: number, headers: string[]): unknown;
  write(bytes: Uint8Array): boolean;
  end(bytes?: Uint8Array): unknown;
  destroy(error?: Error): unknown;
  on(event: 'close' | 'drain', listener: () => void): unknown;
  /** Bytes that wait for the viewer to take them. */
  readonly writableLength: number;
  /** All of a reply at once, where that is cheaper. */
  reply?(reply: Reply, head: boolean): void;
  /** Its first bytes have been written, or handed over. */
  readonly headersSent?: boolean;
  /** Of HTTP/1.1: true once the viewer has gone, or all was said. */
  readonly destroyed?: boolean;
  /** Of HTTP/2, which has no `destroyed` of its own. */
  readonly stream?: { readonly destroyed: boolean };
}

/** Nobody reads this answer any more. */
export function hasGone({ destroyed, stream }: Outgoing): boolean {
  return destroyed ?? stream?.destroyed ?? false;
}

/** What is used of a request. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket?: { readonly remoteAddress?: string | undefined };
}

/** An answer that can be sent as often as one likes. */
export interface Reply {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them; content-length among them. */
  readonly headers: string[];
  /** In their order, shared with everybody else, never written to. */
  readonly body: readonly Buffer[];
  /** Instead of a body, where that would be long: its pieces, each made when the viewer has taken those before. */
  readonly pieces?: () => Iterator<Buffer>;
  /** Headers about the connection: sent over HTTP/1.1 alone, for HTTP/2 has no place for them (RFC 9113, 8.2.2). */
  readonly ofConnection?: readonly string[];
}

/** How long an answer may be kept by caches, as a value of Cache-Control. */
export const cacheFor = {
  /** What its URL names for ever: init, parts, segments. */
  ever: 'public, max-age=31536000, immutable',
  never: 'no-store',
  seconds: (seconds: number): string => `public, max-age=${Math.max(0, Math.floor(seconds))}`,
  /** The same, and for so many seconds more while somebody fetches it anew (RFC 5861, 3): nobody need wait for that. */
  about(seconds: number, more: number): string {
    const once = Math.floor(more);
    return cacheFor.seconds(seconds) + (once < 1 ? '' : `, stale-while-revalidate=${once}`);
  },
} as const;

export const mime = {
  playlist: 'application/vnd.apple.mpegurl',
  media: 'video/mp4',
  dash: 'application/dash+xml',
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  picture: 'image/jpeg',
} as const;

/** Builds replies with the headers that all of them have. */
export class Replies {
  readonly #common: readonly string[];
  readonly origin: string;

  /** `origin`: who may read the answers in a browser, a value of Access-Control-Allow-Origin. `stream`: what they are about. */
  constructor(origin = '*', stream?: string) {
    this.origin = origin;
    this.#common = [
      'access-control-allow-origin',
      origin,
      'access-control-expose-headers',
      'Age, Content-Length, Content-Range, Date, ETag',
      'x-content-type-options',
      'nosniff',
    ];
    if (origin !== '*') this.#common = [...this.#common, 'vary', 'Origin'];
    // By this a CDN can be told to forget a stream that is to be seen no more; nothing else needs that.
    if (stream !== undefined) this.#common = [...this.#common, 'surrogate-key', `sluice/${stream}`];
  }

  /** The same, of one stream. */
  ofStream(stream: string): Replies {
    return new Replies(this.origin, stream);
  }

  make(
    status: number,
    type: string,
    cache: string,
    body: readonly Buffer[],
    more: readonly string[] = [],
  ): Reply {
    const headers = [
      'content-type',
      type,
      'content-length',
      String(sum(body)),
      'cache-control',
      cache,
      ...this.#common,
      ...more,
    ];
    return { status, headers, body };
  }

  /** Init, a part or a segment: the same for ever under its URL, and cut as viewers like. */
  media(body: readonly Buffer[]): Reply {
    return this.make(200, mime.media, cacheFor.ever, body, ['accept-ranges', 'bytes', 'age', '0']);
  }

  /** There is nothing there, and that is no error. */
  nothing(): Reply {
    return { status: 204, headers: ['cache-control', cacheFor.never, ...this.#common], body: [] };
  }

  /** An error, in one sentence. */
  problem(
    status: number,
    reason: string,
    more: readonly string[] = [],
    cache: string = cacheFor.never,
  ): Reply {
    return this.make(status, mime.text, cache, [Buffer.from(`${reason}\n`)], more);
  }

  /** Headers of an answer whose length is not known when it begins. */
  openHeaders(type: string, cache: string): string[] {
    return ['content-type', type, 'cache-control', cache, ...this.#common];
  }

  /** The answer to a browser that asks whether it may ask. */
  preflight(): Reply {
    const headers = [
      ...this.#common,
      'access-control-allow-methods',
      'GET, HEAD, OPTIONS',
      'access-control-allow-headers',
      'Range, If-None-Match, If-Modified-Since, Cache-Control, Content-Type',
      'access-control-max-age',
      '86400',
    ];
    return { status: 204, headers, body: [] };
  }
}

/** Bytes of a reply's body. */
export function lengthOf({ body, pieces, headers }: Reply): number {
  return pieces === undefined ? sum(body) : Number(headers[headers.indexOf('content-length') + 1]);
}

function sum(body: readonly Buffer[]): number {
  let length = 0;
  for (const bytes of body) length += bytes.length;
  return length;
}

/** Sends a reply. `head`: without its body. */
export function send(response: Outgoing, reply: Reply, head = false): void {
  if (hasGone(response)) return;
  if (response.reply !== undefined && reply.pieces === undefined) {
    response.reply(reply, head);
    return;
  }
  const { status, headers, body, ofConnection } = reply;
  const isHttp2 = response.stream !== undefined;
  response.writeHead(status, ofConnection === undefined || isHttp2 ? headers : [...headers, ...ofConnection]);
  if (reply.pieces !== undefined && !head) {
    sendInTurn(response, reply.pieces());
    return;
  }
  if (head || body.length === 0) {
    response.end();
    return;
  }
  const last = body.length - 1;
  for (let index = 0; index < last; index += 1) response.write(body[index]!);
  response.end(body[last]!);
}

/** Memory for one piece a viewer, however slow he is, and no more of a turn of the loop than he takes. */
function sendInTurn(response: Outgoing, pieces: Iterator<Buffer>): void {
  const step = (): void => {
    try {
      while (!hasGone(response)) {
        const { done, value } = pieces.next();
        if (done === true) {
          response.end();
          return;
        }
        if (!response.write(value)) return;
      }
    } catch {
      // Half of an answer must not look like a whole one.
      response.destroy();
    }
  };
  response.on('drain', step);
  step();
}

/** A header's value; undefined when it was not sent. Cheaper than to have all of them sorted into an object. */
export function headerOf({ rawHeaders }: Incoming, name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index]!;
    if (header.length === name.length && header.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}

/** Whether the viewer takes gzip: named, or by `*`, and not with a weight of 0. RFC 9110, 12.5.3. */
export function takesGzip(accepted: string | undefined): boolean {
  // What browsers send, without taking it apart.
  if (accepted === undefined) return false;
  if (accepted.startsWith('gzip,')) return true;
  return /(?:^|[,\s])(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[^,]*)?(?:,|$)/i.test(accepted);
}
