/** Names that cannot be sent: each is told once, for as long as walks meet it. */
export class RefusedNames {
  /** As the last walk met them, and as this one does. */
  #before = new Set<string>();
  #now = new Set<string>();

  /** A walk meets it: true when it is to be told. */
  meet(path: string): boolean {
    const isTold = this.#before.has(path) || this.#now.has(path);
    this.#now.add(path);
    return !isTold;
  }

  /** The walk has gone through all. */
  walked(): void {
    [this.#before, this.#now] = [this.#now, new Set()];
  }
}
