/** The threads that hash, shared by the whole process: as many as its processors can use, started when they are needed. */
import { availableParallelism } from 'node:os';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileHasher } from './hasher.ts';
import { HashThread } from './thread.ts';

/** Kafka, the disk and the broker beside us need processors too; more threads than this never had more to hash. */
const mostThreads = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

export class HashThreads {
  readonly #threads = new Set<HashThread>();
  readonly #keepIdle: number;
  #idle: NodeJS.Timeout | undefined;

  /** An idle thread is kept for so many milliseconds. */
  constructor(keepIdle = 5000) {
    this.#keepIdle = keepIdle;
  }

  /** A hasher in the thread that has the fewest. */
  hasher(algorithm: ChecksumAlgorithm): FileHasher {
    clearTimeout(this.#idle);
    const least = [...this.#threads].sort((a, b) => a.hashers - b.hashers)[0];
    const isRoom = this.#threads.size < mostThreads;
    const thread = least === undefined || (least.hashers > 0 && isRoom) ? this.#start() : least;
    return thread.hasher(algorithm);
  }

  #start(): HashThread {
    const thread = new HashThread({
      idle: () => this.#restSoon(),
      ended: () => this.#threads.delete(thread),
    });
    this.#threads.add(thread);
    return thread;
  }

  #restSoon(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      for (const thread of this.#threads) {
        if (thread.hashers > 0) continue;
        // At once: it takes a while to end, and nobody may be given to it meanwhile.
        this.#threads.delete(thread);
        thread.end();
      }
    }, this.#keepIdle);
    this.#idle.unref();
  }
}

export const hashThreads = new HashThreads();
