/** Texts that are rendered and compressed once, and sent to everybody who asks for the same while they hold. */
import { createHash } from 'node:crypto';
import { constants, gzipSync } from 'node:zlib';
import type { Uri } from '../hls/names.ts';
import { bytesOfPieces, lengthOfPieces, type Pieces, textOf } from '../hls/pieces.ts';
import { hasAlready, notModified } from './conditions.ts';
import { headerOf, type Incoming, lengthOf, type Replies, type Reply, takesGzip } from './replies.ts';

/** A text as it is sent: as it is, compressed, and to those who have it already. */
export interface Rendered {
  readonly plain: Reply;
  readonly gzipped: Reply;
  /** The same on every server that renders the same text. Absent where asking again for it would make no sense. */
  readonly tag?: string;
}

export interface RenderedOptions {
  readonly type: string;
  readonly cache: string;
  /** With an ETag. */
  readonly tagged?: boolean;
}

export function renderReply(
  replies: Replies,
  text: string,
  { type, cache, tagged = false }: RenderedOptions,
): Rendered {
  const plain = Buffer.from(text);
  const compressed = gzipSync(plain, { level: constants.Z_BEST_SPEED });
  // We are where it comes from, and it was looked at for this request: it has not aged (RFC 9111, 5.1).
  const more = ['age', '0', 'vary', 'Accept-Encoding'];
  const tag = tagged ? `W/"${createHash('sha1').update(plain).digest('base64url')}"` : undefined;
  if (tag !== undefined) more.push('etag', tag);
  return {
    plain: replies.make(200, type, cache, [plain], more),
    gzipped: replies.make(200, type, cache, [compressed], [...more, 'content-encoding', 'gzip']),
    ...(tag === undefined ? {} : { tag }),
  };
}

/** A text of more bytes than this is not made as a whole. */
const longFrom = 64 * 1024;

/**
 * A playlist in pieces as it is sent: as one text where that is short. A long one is neither copied nor compressed for one viewer, who may
 * name any place of a long programme to begin at; it is put together while it is sent.
 */
export function renderPieces(
  replies: Replies,
  pieces: Pieces,
  uri: Uri,
  options: RenderedOptions & { readonly forEverybody?: boolean },
): Rendered {
  const length = lengthOfPieces(pieces, uri);
  if (length <= longFrom || options.forEverybody === true)
    return renderReply(replies, textOf(pieces, uri), options);
  const { headers } = replies.make(200, options.type, options.cache, [], ['age', '0']);
  headers[headers.indexOf('content-length') + 1] = String(length);
  const reply = { status: 200, headers, body: [], pieces: () => bytesOfPieces(pieces, uri) };
  return { plain: reply, gzipped: reply };
}

/** Whether to send it compressed. */
export function wantsGzip(request: Incoming): boolean {
  return takesGzip(headerOf(request, 'accept-encoding'));
}

/** The reply for this request, by what it has and takes. */
export function replyFor(request: Incoming, { plain, gzipped, tag }: Rendered): Reply {
  const reply = wantsGzip(request) ? gzipped : plain;
  if (tag !== undefined && hasAlready(headerOf(request, 'if-none-match'), tag)) return notModified(reply);
  return reply;
}

/** What is remembered at most: a playlist of twelve hours has three megabytes, one of a window some kilobytes. */
const remembered = { texts: 256, bytes: 8 * 1024 * 1024 } as const;

/**
 * What was rendered of one thing in one version, by what else it depends on. A new version forgets all of the old one.
 * Bounded, for what viewers may ask for has no bound (tokens, beginnings): when it is full, all is rendered anew.
 */
export class RenderedTexts {
  #version: number | string = -1;
  #bytes = 0;
  readonly #texts = new Map<string, Rendered>();

  get(version: number | string, key: string, render: () => Rendered): Rendered {
    if (version !== this.#version) {
      this.#forget();
      this.#version = version;
    }
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const rendered = render();
    // Pieces are shared, and kept elsewhere.
    const isLong = rendered.plain.pieces !== undefined;
    const bytes = isLong ? 0 : lengthOf(rendered.plain) + lengthOf(rendered.gzipped);
    if (this.#texts.size >= remembered.texts || this.#bytes + bytes > remembered.bytes) this.#forget();
    this.#texts.set(key, rendered);
    this.#bytes += bytes;
    return rendered;
  }

  #forget(): void {
    this.#texts.clear();
    this.#bytes = 0;
  }
}
