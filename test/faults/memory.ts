/** How much memory this process holds while something is being broken. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In bytes. "Held" is what lives: the heap and all buffers after a collection, those that threads share included. */
export interface MemoryReport {
  readonly heldBefore: number;
  readonly heldAfter: number;
  /** What more is held. Not the difference of the two, which a growth of what is small beside the other would not show in. */
  readonly growth: number;
  readonly residentBefore: number;
  /** The highest sample between. */
  readonly residentPeak: number;
}

const sampleEvery = 250;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

interface Living {
  readonly heap: number;
  /** Outside of the heap: buffers of this thread alone, and what native code holds. */
  readonly external: number;
  /** Buffers of this thread alone, which count in both, and memory that threads share, which is only here. */
  readonly buffers: number;
}

function living(): Living {
  collect();
  // Buffers are swept behind a collection; the next one waits for that.
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, external, buffers: arrayBuffers };
}

/** Most of either kind: their sum would count the buffers of this thread twice. */
function held({ heap, external, buffers }: Living): number {
  return heap + Math.max(external, buffers);
}

/** Begins to sample; the function that is returned ends it. */
export function watchMemory(): () => MemoryReport {
  const before = living();
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
    const after = living();
    const outside = Math.max(after.external - before.external, after.buffers - before.buffers);
    return {
      heldBefore: held(before),
      heldAfter: held(after),
      growth: after.heap - before.heap + outside,
      residentBefore,
      residentPeak,
    };
  };
}
