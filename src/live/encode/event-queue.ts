/** Between pipes that push and a consumer that pulls: bounded, because whoever pushes is told to wait. */

export interface EventQueueOptions {
  /** Bytes held at which whoever pushes must wait. */
  readonly limit: number;
  readonly onFull: () => void;
  /** Half of the limit is free again. */
  readonly onDrain: () => void;
}

export class EventQueue<Event> {
  readonly #options: EventQueueOptions;
  #items: { readonly event: Event; readonly bytes: number }[] = [];
  #held = 0;
  #full = false;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
  }

  /** The consumer is behind, and whoever pushes waits. */
  get full(): boolean {
    return this.#full;
  }

  push(event: Event, bytes: number): void {
    this.#items.push({ event, bytes });
    this.#held += bytes;
    if (!this.#full && this.#held > this.#options.limit) {
      this.#full = true;
      this.#options.onFull();
    }
    this.#wake?.();
  }

  /** Nothing follows; what is there is still given out. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Gives what was pushed, in order, to one consumer. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      for (const { event, bytes } of items) {
        this.#held -= bytes;
        if (this.#full && this.#held <= this.#options.limit / 2) {
          this.#full = false;
          this.#options.onDrain();
        }
        yield event;
      }
      if (this.#items.length > 0) continue;
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
