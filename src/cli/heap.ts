/**
 * How much memory V8 takes before it collects: docs/adr/0194-the-heap-grows-by-little.md. It reads these flags whenever it is about to
 * grow, so that they may be set while the process runs.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of both halves of the young generation. */
const usualYoung = 8 * 1024 * 1024;
/**
 * Of the console, through which bytes go in pieces of 64 kB that V8 does not see: with few objects beside them they become garbage of 100 MB
 * before it looks (docs/adr/0359-garbage-that-v8-does-not-see.md).
 */
const smallYoung = 2 * 1024 * 1024;
/** How often larger it becomes at a time while it grows: V8 begins with 2 MiB. */
const step = 4;
/** By so many percent of what lives may the old generation grow until it is collected. */
const growth = 40;
/** Words that are kept at a time while it grows, and how often at the most. */
const words = 16 * 1024;
const attempts = 32;
/** Collections that follow each other within so many milliseconds are those of a process that works. */
const busy = 1000;

/**
 * From here on the heap grows by little. For the executable: a library's heap is its host's business. Where `works` is given, there is
 * nothing to grow for until it says so.
 */
export function boundHeap(verb: string | undefined, works?: () => boolean): void {
  const young = verb === 'console' ? smallYoung : usualYoung;
  setFlagsFromString(`--heap-growing-percent=${growth}`);
  // What was loaded until here has made it larger than that.
  if (youngSize() > young / 2) collector()();
  // Where V8 was told to keep it smaller each try ends in collections, which would ask for the next one, for ever.
  if (works === undefined && !growYoung(young)) return;
  // One that has been idle has given back what it did not need.
  let before = Number.NEGATIVE_INFINITY;
  const observer = new PerformanceObserver(() => {
    const now = performance.now();
    const isBusy = now - before < busy && (works === undefined || works());
    if (isBusy && youngSize() < young / 2 && !growYoung(young)) observer.disconnect();
    before = now;
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** What gives the system all that nothing lives in, also what V8 would keep for later. */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  return () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** V8 makes the young generation larger when more lives than it holds. True when it is as large as it is to be. */
function growYoung(young: number): boolean {
  const living: number[][] = [];
  setFlagsFromString(`--semi-space-growth-factor=${step}`);
  while (youngSize() < young / 2 && living.length < attempts) living.push(new Array<number>(words).fill(0));
  setFlagsFromString('--semi-space-growth-factor=1');
  return youngSize() >= young / 2;
}

function youngSize(): number {
  return (
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? usualYoung
  );
}
