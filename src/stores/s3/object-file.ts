/** An open object: one version of it, read in ranges that each demand it to be that version. */
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { OpenFile, SourceFile } from '../contract.ts';
import type { Patiently } from '../patiently.ts';
import { type AheadMemory, ReadAhead } from '../read-ahead.ts';
import { StoreFault } from '../store-fault.ts';
import type { S3Store } from './client.ts';
import { keptLook, objectFile } from './looks.ts';

/** Bytes of one request, and how many requests of a file go ahead of what is read. */
export const pieceSize = 2 * 1024 * 1024;
const piecesAhead = 7;

/**
 * Opens an object by its first range. Rejects with a StoreFault: `ENOENT`, `EACCES`, `EINVAL` (it is archived, or has a key of its own),
 * `ERANGE` (it is empty).
 */
export async function openObject(
  store: S3Store,
  { path, key, patiently, memory }: { path: string; key: string; patiently: Patiently; memory: AheadMemory },
): Promise<OpenFile> {
  const stop = new AbortController();
  const first = await patiently(() => getRange(store, key, 0, pieceSize, undefined, stop.signal));
  const look = lookOf(path, first);
  let answer: GetObjectCommandOutput | undefined = first;
  const fetch = async (
    start: number,
    end: number,
    take: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    let at = start;
    await patiently(async () => {
      if (signal.aborted || at === end) return;
      const given = at === 0 ? answer : undefined;
      answer = undefined;
      const { Body } = given ?? (await getRange(store, key, at, end, first.ETag, signal));
      const onAbort = (): void => destroy(Body);
      signal.addEventListener('abort', onAbort);
      try {
        for await (const chunk of bytesOf(Body)) {
          const bytes = chunk.subarray(0, end - at);
          at += bytes.length;
          take(bytes);
          // Otherwise it is read to its end, so that the connection can be used again.
          if (chunk.length > bytes.length) break;
        }
      } catch (error) {
        if (!signal.aborted) throw store.meaning(error, 'read', key);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
      if (at < end && !signal.aborted) throw brokenOff(store.shown(key));
    });
  };
  const ahead = new ReadAhead({ size: look.size, pieces: piecesAhead, memory, fetch });
  return {
    look: async () => look,
    read: (buffer, position) => ahead.read(buffer, position),
    close: async () => {
      ahead.close();
      destroy(answer?.Body);
      answer = undefined;
      stop.abort();
    },
  };
}

/** An empty object has no range that could be asked for. */
export function emptyFile(look: SourceFile): OpenFile {
  return { look: async () => look, read: async () => 0, close: async () => {} };
}

function getRange(
  store: S3Store,
  key: string,
  start: number,
  end: number,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<GetObjectCommandOutput> {
  const { sdk, common } = store;
  const Range = `bytes=${start}-${end - 1}`;
  return store.ask('read', key, async (client) => {
    const condition = etag === undefined ? {} : { IfMatch: etag };
    const command = new sdk.GetObjectCommand({ ...common, Key: key, Range, ...condition });
    const answer = await client.send(command, { abortSignal: signal });
    const { ContentRange, ContentLength } = answer;
    const isUsable =
      ContentRange?.startsWith(`bytes ${start}-`) || (start === 0 && ContentLength !== undefined);
    if (isUsable) return answer;
    destroy(answer.Body);
    throw new StoreFault(
      `cannot read ${store.shown(key)}: the server gives no ranges of it, or does not say its size`,
      {
        scope: 'name',
        code: 'EINVAL',
      },
    );
  });
}

function lookOf(path: string, answer: GetObjectCommandOutput): SourceFile {
  const { ETag, LastModified, ContentRange, ContentLength, Metadata } = answer;
  const whole = /\/(\d+)$/.exec(ContentRange ?? '')?.[1];
  const Size = whole === undefined ? (ContentLength ?? 0) : Number(whole);
  return objectFile(path, { ETag, LastModified, Size }, keptLook(Metadata));
}

function brokenOff(what: string): StoreFault {
  return new StoreFault(`cannot read ${what}: the answer ended before its end`, {
    scope: 'sink',
    code: 'EAGAIN',
  });
}

type Body = GetObjectCommandOutput['Body'];

function bytesOf(body: Body): AsyncIterable<Uint8Array> {
  return (body ?? []) as AsyncIterable<Uint8Array>;
}

function destroy(body: Body): void {
  (body as { destroy?: () => void } | undefined)?.destroy?.();
}
