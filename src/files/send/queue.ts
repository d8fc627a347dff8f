/** A queue between a producer and waiting consumers of one process. */
export class Queue<T> {
  #items: T[] = [];
  #head = 0;
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
    if (this.length > 0) {
      const item = this.#items[this.#head++];
      // Taken items are let go of by the thousand: shifting each would move all that wait.
      if (this.#head >= 1024) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      return item;
    }
    if (this.#closed) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next item, left where it is. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  get length(): number {
    return this.#items.length - this.#head;
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
    if (options.drop) this.#items = [];
    if (options.drop) this.#head = 0;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    this.#arrived?.();
  }
}
