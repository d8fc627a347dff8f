/** Whoever drops files on the console, one after the other, and goes on where its page would: by tus, again and again until somebody answers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { makeConsoleToken } from '../../../src/console/http/access/tokens.ts';
import { tusUpload } from '../../support/tus.ts';

/** Milliseconds until it is tried again, each time. */
const retryDelays = Array.from({ length: 60 }, () => 500);

export interface DroppersOptions {
  readonly port: number;
  /** What tokens are signed with. */
  readonly key: string;
  readonly people: number;
  /** It was taken, whole: under that path it is to be at the sink. */
  readonly onTaken: (path: string, bytes: Buffer) => void;
  readonly onFault: (fault: string) => void;
}

/** Drops files until it is told to stop; then resolves once the last one is taken. */
export function startDropping(options: DroppersOptions): { stop(): Promise<void>; readonly again: number } {
  const { port, key, people, onTaken, onFault } = options;
  const token = makeConsoleToken(key, { role: 'send', expires: Date.now() + 3_600_000 });
  const headers = { authorization: `Bearer ${token}` };
  const stop = new AbortController();
  const { signal } = stop;
  let again = 0;
  const drop = async (person: number): Promise<void> => {
    for (let number = 0; !signal.aborted; number += 1) {
      const bytes = randomBytes(number % 4 === 1 ? 3_000_000 : 1000 + Math.floor(Math.random() * 200_000));
      const filename = `${person}-${number}.bin`;
      const { upload, done } = tusUpload(bytes, {
        endpoint: `http://127.0.0.1:${port}/console/uploads/`,
        headers,
        metadata: { filename },
        chunkSize: 250_000,
        retryDelays,
        onShouldRetry: () => {
          again += 1;
          return true;
        },
      });
      upload.start();
      try {
        await done;
        onTaken(`console/${filename}`, bytes);
      } catch (error) {
        onFault(`${filename} cannot be dropped: ${String(error)}`);
      }
      await delay(300, undefined, { signal }).catch(() => {});
    }
  };
  const all = Array.from({ length: people }, (_, person) => drop(person));
  return {
    get again() {
      return again;
    },
    async stop() {
      stop.abort();
      await Promise.all(all);
    },
  };
}
