/** What is answered to somebody who asks for a file, before any byte of it. Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import { hasAlready, parseRange } from '../../../delivery/http/conditions.ts';
import { sandboxPolicy } from '../headers.ts';
import { attachment } from './disposition.ts';
import { mediaTypeOf } from './media-types.ts';

/** A version of a file, of which all bytes can be had. */
export interface FileFacts {
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly mtime?: number;
}

export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly headers: Readonly<Record<string, string>>;
  /** Which bytes, `[from, to)`; undefined: none. */
  readonly span?: { readonly from: number; readonly to: number };
}

export function fileAnswer(asked: IncomingHttpHeaders, file: FileFacts): FileAnswer {
  const { size, digest, path, mtime } = file;
  // Whatever has the same digest is the same.
  const tag = `"${digest}"`;
  const kept = {
    etag: tag,
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    'content-security-policy': sandboxPolicy,
    'content-disposition': attachment(path),
    ...(mtime === undefined ? {} : { 'last-modified': new Date(mtime).toUTCString() }),
    ...digestOf(digest),
  };
  // Who goes on with another version is told so, before anything else (RFC 9110, 13.2.2).
  const ifMatch = asked['if-match'];
  if (ifMatch !== undefined && !isMatch(ifMatch, tag))
    return { status: 412, headers: { etag: tag, 'content-length': '0' } };
  if (hasAlready(asked['if-none-match'], tag)) return { status: 304, headers: kept };
  const headers = { ...kept, 'content-type': mediaTypeOf(path) };
  const range = wantsRange(asked, tag) ? parseRange(asked.range ?? '', size) : undefined;
  if (range === 'nowhere')
    return { status: 416, headers: { 'content-range': `bytes */${size}`, 'content-length': '0' } };
  if (range === undefined)
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(size) },
      span: { from: 0, to: size },
    };
  const { from, to } = range;
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(to - from),
      'content-range': `bytes ${from}-${to - 1}/${size}`,
    },
    span: range,
  };
}

/** Compared strongly (RFC 9110, 13.1.1). */
function isMatch(ifMatch: string, tag: string): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((one) => one.trim() === tag);
}

/** `If-Range` is compared strongly (RFC 9110, 13.1.5); a date is none of ours. */
function wantsRange({ range, 'if-range': ifRange }: IncomingHttpHeaders, tag: string): boolean {
  return range !== undefined && (ifRange === undefined || ifRange === tag);
}

/** `Repr-Digest` (RFC 9530), by which whoever asks can verify the whole too. */
function digestOf(digest: string): { readonly 'repr-digest'?: string } {
  const [algorithm, hex = ''] = digest.split(':');
  if (algorithm !== 'sha256') return {};
  return { 'repr-digest': `sha-256=:${Buffer.from(hex, 'hex').toString('base64')}:` };
}
