/** A queue between a producer and waiting consumers of one process; first come, first served, unless it is sorted. */
import { Fifo } from './fifo.ts';
import { Heap } from './heap.ts';

export class Queue<T> {
  #items: Fifo<T> | Heap<T> = new Fifo();
  readonly #waiting: ((item: T | undefined) => void)[] = [];
  #arrived: (() => void) | undefined;
  #closed = false;

  push(item: T): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#items.push(item);
    else next(item);
    this.#arrived?.();
  }

  /** The next item; undefined once the queue is closed and empty. */
  async take(): Promise<T | undefined> {
    if (this.length > 0) return this.#items.take();
    if (this.#closed) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    return this.#items.peek();
  }

  /** From now on what waits comes out in that order; undefined: as it came in. What waits already is given back, to be put in again. */
  sort(compare: ((a: T, b: T) => number) | undefined): T[] {
    const waiting: T[] = [];
    while (this.length > 0) waiting.push(this.#items.take() as T);
    this.#items = compare === undefined ? new Fifo() : new Heap(compare);
    return waiting;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Resolves when an item waits, the queue is closed, or so many milliseconds are over. One caller at a time. */
  async arrival(milliseconds: number): Promise<void> {
    if (this.length > 0 || this.#closed || milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#arrived = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#arrived = undefined;
  }

  /** No more items come; with `drop`, what waits is forgotten too. */
  close(options: { drop: boolean }): void {
    this.#closed = true;
    if (options.drop) this.#items = new Fifo();
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    this.#arrived?.();
  }
}
