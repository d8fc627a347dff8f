/** Counts what a process writes: on its log, and of its events. */
import type { ChildProcess } from 'node:child_process';

/** Characters. */
const keptOfIt = 4000;

export class LogCount {
  #lines = 0;
  #bytes = 0;
  #newest = '';

  constructor({ stdout, stderr }: ChildProcess) {
    for (const stream of [stdout, stderr])
      stream?.on('data', (slice: Buffer | string) => {
        this.#bytes += slice.length;
        this.#newest = `${this.#newest}${slice}`.slice(-keptOfIt);
        this.#lines += String(slice).split('\n').length - 1;
      });
  }

  get lines(): number {
    return this.#lines;
  }

  /** Its end. */
  get newest(): string {
    return this.#newest;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
