/** In the place of src/thread.ts: the executable has the text of each thread. */
import { getAsset } from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ThreadModule } from '../../../src/thread.ts';

/** Options of this process do not come along. */
export function startThread(module: ThreadModule, options: WorkerOptions = {}): Worker {
  return new Worker(getAsset(`threads/${module}`, 'utf8'), { execArgv: [], ...options, eval: true });
}
