/** What is to be exported and is not yet, between whoever reads and whoever writes: bounded, and taken several at a time where several wait. */
import type { Next } from './succession.ts';

/** Things that wait at which whoever adds some has to wait. */
const most = 2000;

/** How much is taken at once: each is a segment of all renditions. */
export interface TakeLimits {
  readonly count: number;
  readonly bytes: number;
}

export class Backlog {
  #waiting: Next[] = [];
  #isClosed = false;
  #failure: unknown;
  #wake = Promise.withResolvers<void>();

  /** Nothing more is wanted, or comes. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when there is room for more. */
  async add(items: readonly Next[]): Promise<void> {
    for (const item of items) this.#waiting.push(item);
    if (items.length > 0) this.#changed();
    while (this.#waiting.length > most && !this.#isClosed) await this.#wake.promise;
  }

  /** Nothing follows. What waits is still given out, and behind that whoever takes fails with `failure`. */
  close(failure?: unknown): void {
    this.#isClosed = true;
    this.#failure = failure;
    this.#changed();
  }

  /** The next ones, at least one; none: it is closed. */
  async take({ count, bytes }: TakeLimits): Promise<readonly Next[]> {
    while (this.#waiting.length === 0) {
      if (this.#isClosed && this.#failure !== undefined) throw this.#failure;
      if (this.#isClosed) return [];
      await this.#wake.promise;
    }
    let taken = 0;
    for (let size = 0; taken < Math.min(count, this.#waiting.length); taken += 1) {
      size += sizeOf(this.#waiting[taken]!);
      if (taken > 0 && size > bytes) break;
    }
    const items = this.#waiting.splice(0, taken);
    this.#changed();
    return items;
  }

  #changed(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

export function sizeOf(item: Next): number {
  if (item.kind === 'end') return 0;
  return Object.values(item.segment.sizes).reduce((sum, size) => sum + size, 0);
}
