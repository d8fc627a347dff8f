/** The bytes of an object, as they are stored. */
import type { IncomingMessage } from 'node:http';
import { noRanges, wholeSize } from '../objects/whole-size.ts';
import { StoreFault } from '../store-fault.ts';
import type { GcsStore } from './client.ts';

export interface Media {
  readonly answer: IncomingMessage;
  /** Of the object that they are of. */
  readonly generation: string;
  /** Bytes of all of it. */
  readonly size: number;
}

/**
 * Bytes from `start` to before `end` (default: all), of the object of that generation and no other. What is packed (`Content-Encoding:
 * gzip`) is not unpacked: its size is that of what is stored.
 */
export async function readMedia(
  store: GcsStore,
  key: string,
  generation: string | undefined,
  range?: { readonly start: number; readonly end: number },
  signal?: AbortSignal,
): Promise<Media> {
  const answer = await store.send({
    cannot: 'read',
    key,
    method: 'GET',
    path: store.path('/storage/v1', key, { alt: 'media', ifGenerationMatch: generation }),
    headers: {
      'accept-encoding': 'gzip',
      ...(range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` }),
    },
    signal,
  });
  const fault = (code: string, reason: string): StoreFault => {
    answer.destroy();
    return new StoreFault(`cannot read ${store.shown(key)}: ${reason}`, { scope: 'name', code });
  };
  const found = headerOf(answer, 'x-goog-generation');
  if (found === '') throw fault('EINVAL', 'the server does not say which version of it this is');
  if (generation !== undefined && found !== generation)
    throw fault('ESTALE', 'the object is another one by now');
  const stored = headerOf(answer, 'x-goog-stored-content-encoding') || 'identity';
  if ((headerOf(answer, 'content-encoding') || 'identity') !== stored)
    throw fault('EINVAL', 'the server packs or unpacks it on the way');
  const length = headerOf(answer, 'content-length');
  const size = wholeSize({
    start: range?.start ?? 0,
    status: answer.statusCode,
    contentRange: headerOf(answer, 'content-range'),
    contentLength: length === '' ? undefined : Number(length),
  });
  if (size === undefined) throw fault('EINVAL', noRanges);
  return { answer, generation: found, size };
}

function headerOf(answer: IncomingMessage, name: string): string {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : '';
}
