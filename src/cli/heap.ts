/**
 * How much memory V8 takes before it collects: docs/adr/0194-the-heap-grows-by-little.md. It reads these flags whenever it is about to
 * grow, so that they may be set while the process runs.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of both halves of the young generation. */
const young = 8 * 1024 * 1024;
/** How often larger it becomes at a time while it grows: V8 begins with 2 MiB. */
const step = 4;
/** By so many percent of what lives may the old generation grow until it is collected. */
const growth = 40;
/** Words that are kept at a time while it grows, and how often at the most. */
const words = 16 * 1024;
const attempts = 32;
/** Collections that follow each other within so many milliseconds are those of a process that works. */
const busy = 1000;

/** From here on the heap grows by little. For the executable: a library's heap is its host's business. */
export function boundHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growth}`);
  growYoung();
  // One that has been idle has given back what it did not need.
  let before = Number.NEGATIVE_INFINITY;
  new PerformanceObserver(() => {
    const now = performance.now();
    if (now - before < busy && youngSize() < young / 2) growYoung();
    before = now;
  }).observe({ entryTypes: ['gc'] });
}

/** V8 makes the young generation larger when more lives than it holds. */
function growYoung(): void {
  const living: number[][] = [];
  setFlagsFromString(`--semi-space-growth-factor=${step}`);
  while (youngSize() < young / 2 && living.length < attempts) living.push(new Array<number>(words).fill(0));
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? young;
}
