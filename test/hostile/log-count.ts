/** Counts what a process writes: on its log, and of its events. */
import type { ChildProcess } from 'node:child_process';

export class LogCount {
  #lines = 0;
  #bytes = 0;

  constructor({ stdout, stderr }: ChildProcess) {
    for (const stream of [stdout, stderr])
      stream?.on('data', (slice: Buffer | string) => {
        this.#bytes += slice.length;
        this.#lines += String(slice).split('\n').length - 1;
      });
  }

  get lines(): number {
    return this.#lines;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
