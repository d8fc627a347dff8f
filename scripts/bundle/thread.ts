/** In the place of src/thread.ts: the package has a file for each thread in `dist/threads`. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ThreadModule } from '../../src/thread.ts';

/** Every file of a bundle lies one folder below `dist`. */
export function startThread(module: ThreadModule, options: WorkerOptions = {}): Worker {
  const place = new URL(`../threads/${module.replaceAll('/', '-')}.js`, import.meta.url);
  return new Worker(place, { execArgv: [], ...options });
}
