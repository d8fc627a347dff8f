/** Requests for less than the whole: what the viewer has already (RFC 9110, 13), and ranges of bytes (14). Pure. */
import { lengthOf, type Reply } from './replies.ts';

/** Whether `If-None-Match` names this tag. Compared weakly (13.1.2): a body is the same one, compressed or not. */
export function hasAlready(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const opaque = (text: string): string => text.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((one) => opaque(one) === opaque(tag));
}

/** The answer to somebody who has it already: headers as they would have been, of the body nothing (15.4.5). */
export function notModified(reply: Reply): Reply {
  return {
    status: 304,
    headers: withoutHeaders(reply.headers, ['content-length', 'content-type']),
    body: [],
  };
}

interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * One range of `length` bytes. Undefined: not to be heeded, the whole is the answer (another unit, several ranges, nonsense);
 * `nowhere`: it begins behind the end, or is empty.
 */
export function parseRange(header: string, length: number): Range | 'nowhere' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.replaceAll(' ', ''));
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const count = Math.min(Number(last), length);
    return count === 0 ? 'nowhere' : { from: length - count, to: length };
  }
  const from = Number(first);
  const to = last === '' ? length : Math.min(Number(last) + 1, length);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= length ? 'nowhere' : { from, to };
}

/** A reply of 200, or the part of it that a `Range` header asks for, where it may be had in parts. */
export function ranged(reply: Reply, header: string): Reply {
  if (reply.status !== 200 || !reply.headers.includes('accept-ranges')) return reply;
  const length = lengthOf(reply);
  const range = parseRange(header, length);
  if (range === undefined) return reply;
  const rest = withoutHeaders(reply.headers, ['content-length']);
  if (range === 'nowhere') {
    const headers = [...withoutHeaders(rest, ['cache-control']), 'content-range', `bytes */${length}`];
    return {
      status: 416,
      headers: [...headers, 'content-length', '0', 'cache-control', 'no-store'],
      body: [],
    };
  }
  const { from, to } = range;
  const said = ['content-length', String(to - from), 'content-range', `bytes ${from}-${to - 1}/${length}`];
  return { status: 206, headers: [...rest, ...said], body: cut(reply.body, from, to) };
}

/** Views of the bytes from `from` to `to`; nothing is copied. */
function cut(body: readonly Buffer[], from: number, to: number): Buffer[] {
  const pieces: Buffer[] = [];
  let begin = 0;
  for (const bytes of body) {
    const end = begin + bytes.length;
    if (end > from && begin < to) pieces.push(bytes.subarray(Math.max(0, from - begin), to - begin));
    begin = end;
  }
  return pieces;
}

function withoutHeaders(headers: readonly string[], names: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    if (!names.includes(headers[index]!)) kept.push(headers[index]!, headers[index + 1]!);
  }
  return kept;
}
