/** Values by their names, so many at the most: of more, the one that was put longest ago makes room. */
export class LastPut<V> {
  readonly #most: number;
  /** The one that was put longest ago comes first. */
  readonly #values = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  get(name: string): V | undefined {
    return this.#values.get(name);
  }

  put(name: string, value: V): void {
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size <= this.#most) return;
    const { value: oldest } = this.#values.keys().next();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  clear(): void {
    this.#values.clear();
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  entries(): Iterable<readonly [string, V]> {
    return this.#values.entries();
  }
}
