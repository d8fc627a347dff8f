/** A bell that waiting producers and consumers of the memory twin listen for; whoever changes anything rings it. */
export class Bell {
  #next = Promise.withResolvers<void>();

  /** Resolves at the next ring. Ask before looking at the state, so that no ring is missed. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  ring(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }
}
