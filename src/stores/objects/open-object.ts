/** An open object: one version of it, read in ranges that each demand it to be that version. */
import type { OpenFile, SourceFile } from '../contract.ts';
import type { Patiently } from '../patiently.ts';
import { type AheadMemory, ReadAhead } from '../read-ahead.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import type { ObjectRange, ObjectReader } from './contract.ts';
import { objectFile } from './looks.ts';

/** Bytes of one request, and how many requests of a file go ahead of what is read. */
export const pieceSize = 2 * 1024 * 1024;
const piecesAhead = 7;

/**
 * Opens an object by its first range. Rejects with a StoreFault: `ENOENT`, `EACCES`, `EINVAL` (it is archived, or has a key of its own),
 * `ERANGE` (it is empty).
 */
export async function openObject(
  objects: ObjectReader,
  { path, key, patiently, memory }: { path: string; key: string; patiently: Patiently; memory: AheadMemory },
): Promise<OpenFile> {
  const stop = new AbortController();
  const first = await patiently(() => objects.range(key, 0, pieceSize, undefined, stop.signal));
  const look = objectFile(path, first.facts);
  let opened: ObjectRange | undefined = first;
  const fetch = async (
    start: number,
    end: number,
    take: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    let at = start;
    await patiently(async () => {
      if (signal.aborted || at === end) return;
      const given = at === 0 ? opened : undefined;
      opened = undefined;
      const range = given ?? (await rangeOfIt(at, end, signal));
      const onAbort = (): void => range.destroy();
      signal.addEventListener('abort', onAbort);
      try {
        for await (const chunk of range.bytes) {
          const bytes = chunk.subarray(0, end - at);
          at += bytes.length;
          take(bytes);
          // Otherwise it is read to its end, so that the connection can be used again.
          if (chunk.length > bytes.length) break;
        }
      } catch (error) {
        if (!signal.aborted) throw objects.meaning(error, 'read', key);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
      if (at < end && !signal.aborted) throw brokenOff(objects.shown(key));
    });
  };
  /** Of that very object, which has these bytes: some servers look at the range before they look at the condition. */
  const rangeOfIt = async (start: number, end: number, signal: AbortSignal): Promise<ObjectRange> => {
    try {
      return await objects.range(key, start, end, first.facts.tag, signal);
    } catch (error) {
      if (!isCode(error, 'ERANGE')) throw error;
      throw new StoreFault(`cannot read ${objects.shown(key)}: the object is another one by now`, {
        scope: 'name',
        code: 'ESTALE',
        cause: error,
      });
    }
  };
  const ahead = new ReadAhead({ size: look.size, pieces: piecesAhead, memory, fetch });
  return {
    look: async () => look,
    read: (buffer, position) => ahead.read(buffer, position),
    close: async () => {
      ahead.close();
      opened?.destroy();
      opened = undefined;
      stop.abort();
    },
  };
}

/** An empty object has no range that could be asked for. */
export function emptyFile(look: SourceFile): OpenFile {
  return { look: async () => look, read: async () => 0, close: async () => {} };
}

function brokenOff(what: string): StoreFault {
  return new StoreFault(`cannot read ${what}: the answer ended before its end`, {
    scope: 'sink',
    code: 'EAGAIN',
  });
}
