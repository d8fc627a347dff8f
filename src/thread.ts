/** Starts threads by the modules that they run, as compiled or as written. The executable, which has no files, comes in the place of this module. */
import { extname } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Modules that are begun in a thread, below this folder. */
export type ThreadModule = 'files/hashing/main' | 'kafka/wire/block-encoder-thread';

/** Options of this process, such as --input-type, do not come along: they need not suit a file. */
export function startThread(module: ThreadModule, options: WorkerOptions = {}): Worker {
  const place = new URL(`${module}${extname(import.meta.url)}`, import.meta.url);
  return new Worker(place, { execArgv: [], ...options });
}
