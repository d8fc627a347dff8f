/**
 * The threads that hash, shared by the whole process and started when they are needed. On two processors there are none:
 * both are busy anyway, and bytes that change processors cost a fifth more (ADR 45).
 */
import { availableParallelism } from 'node:os';
import type { ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileHasher } from './file-hasher.ts';
import { HashThread } from './thread.ts';

/** Kafka, the disk and the broker beside us need processors too; more threads than four never had more to hash. */
function suitable(processors: number): number {
  return processors < 4 ? 0 : Math.min(4, Math.floor(processors / 2));
}

export class HashThreads {
  /** So many threads at the most; 0: files are hashed where they are at hand. */
  most = suitable(availableParallelism());
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
    const isRoom = this.#threads.size < this.most;
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
