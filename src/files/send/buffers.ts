/**
 * The uploader's memory: so many buffers of one size, handed out first come first served. A buffer comes back when Kafka
 * has acknowledged its bytes: that is how back-pressure reaches the disk.
 */
export class Buffers {
  readonly size: number;
  readonly #free: Uint8Array[] = [];
  readonly #waiting: ((buffer: Uint8Array) => void)[] = [];
  #unmade: number;

  constructor(count: number, size: number) {
    this.size = size;
    this.#unmade = count;
  }

  async take(): Promise<Uint8Array> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#unmade > 0) {
      this.#unmade--;
      return Buffer.from(new SharedArrayBuffer(this.size));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(buffer: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
