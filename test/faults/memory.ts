/** How much memory this process holds while something is being broken. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In bytes. "Held" is what lives: the heap and all buffers after a collection. */
export interface MemoryReport {
  readonly heldBefore: number;
  readonly heldAfter: number;
  readonly residentBefore: number;
  /** The highest sample between. */
  readonly residentPeak: number;
}

const sampleEvery = 250;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What lives now. */
function held(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Begins to sample; the function that is returned ends it. */
export function watchMemory(): () => MemoryReport {
  const heldBefore = held();
  const residentBefore = process.memoryUsage.rss();
  let residentPeak = residentBefore;
  const sample = () => {
    residentPeak = Math.max(residentPeak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, sampleEvery);
  timer.unref();
  return () => {
    clearInterval(timer);
    sample();
    return { heldBefore, heldAfter: held(), residentBefore, residentPeak };
  };
}
