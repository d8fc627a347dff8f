/**
 * Opening files while the system has descriptors left. Where it has none, an opening waits until a file of ours is closed: fewer are
 * open at once then, and none of them has to be told as a file that cannot be read.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface DescriptorsOptions {
  /** Milliseconds until it is tried again though none of ours was closed: other parts of the process close some too. */
  readonly pause?: number;
  /** Tries while none of ours is open, after which the system's error is thrown. */
  readonly tries?: number;
}

export class Descriptors {
  readonly #pause: number;
  readonly #tries: number;
  #open = 0;
  #released = Promise.withResolvers<void>();

  constructor({ pause = 200, tries = 25 }: DescriptorsOptions = {}) {
    this.#pause = pause;
    this.#tries = tries;
  }

  /** Runs work that opens something and keeps it open until {@link release}. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const taken = await this.use(work);
    this.#open++;
    return taken;
  }

  /** Runs work that opens something for as long as it runs. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    for (let alone = 0; ; ) {
      // Taken first: what is released while the work runs is not missed.
      const released = this.#released.promise;
      try {
        return await work();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
        if (alone >= this.#tries) throw error;
        const timer = new AbortController();
        const isReleased = await Promise.race([
          released.then(() => true),
          delay(this.#pause, false, { signal: timer.signal }).catch(() => false),
        ]);
        timer.abort();
        // Others may have been quicker.
        alone = isReleased || this.#open > 0 ? 0 : alone + 1;
      }
    }
  }

  /** What {@link take} opened is closed. */
  release(): void {
    this.#open--;
    this.#released.resolve();
    this.#released = Promise.withResolvers();
  }
}
