/**
 * What a process that mostly watches takes less memory by: docs/adr/0370-who-watches-takes-little.md. V8's optimizing compilers are of
 * use to those who work, and what work leaves behind is collected when there is none.
 */
import { setFlagsFromString } from 'node:v8';
import { collector } from './heap.ts';

/** Milliseconds between two looks. */
const lookEvery = 2000;
/** Milliseconds of processor time that anybody may take in one look. */
const steady = 40;
/** What came beyond that, all in all: worth room for what is under way, and worth compilers. */
const some = 200;
const much = 1500;
/** Quiet looks, so many in a row, are idleness: longer than buffers of bytes are kept that nobody has (`files/send/buffers.ts`). */
const quiet = 80;
const quietLooks = 4;
/** Processor time that leaves rubbish worth a collection; to look around takes some every ten seconds. */
const rubbish = 400;

/** Judges processor time, look by look. Pure: the clock and the flags are its owner's. */
export class Work {
  #level = 0;
  #quiet = 0;
  // What a start leaves is worth one.
  #sinceCollection = rubbish;

  /** `spent`: milliseconds of processor time since the last look. True when it is time to collect. */
  look(spent: number): boolean {
    this.#level = Math.max(0, this.#level + spent - steady);
    this.#sinceCollection += spent;
    this.#quiet = spent <= quiet ? this.#quiet + 1 : 0;
    const isTime = this.#quiet >= quietLooks && this.#sinceCollection >= rubbish;
    if (isTime) this.#sinceCollection = 0;
    return isTime;
  }

  /** It has work for the moment. */
  get some(): boolean {
    return this.#level >= some;
  }

  /** It has had so much that compilers pay. */
  get much(): boolean {
    return this.#level >= much;
  }
}

/**
 * From here on, until it works for more than a moment, the process is not optimized; when it is idle, it is collected. Returns what says
 * whether it works. For the executable: flags of V8 are its host's business in a library.
 */
export function watchLittle(): () => boolean {
  const compilers = ['turbofan', 'maglev'];
  for (const compiler of compilers) setFlagsFromString(`--no-${compiler}`);
  const collect = collector();
  const work = new Work();
  let isOptimized = false;
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const isTime = work.look((user + system) / 1000);
    if (work.much && !isOptimized) {
      isOptimized = true;
      for (const compiler of compilers) setFlagsFromString(`--${compiler}`);
    }
    if (!isTime) return;
    collect();
    // It is nobody's work.
    before = process.cpuUsage();
  }, lookEvery).unref();
  return () => work.some;
}
