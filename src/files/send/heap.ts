/** What comes out first of all that was put in; of equals the one that was put in first. Pure. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #nodes: { readonly item: T; readonly number: number }[] = [];
  #number = 0;

  /** `compare`: negative when `a` comes out before `b`. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#nodes.length;
  }

  peek(): T | undefined {
    return this.#nodes[0]?.item;
  }

  push(item: T): void {
    const node = { item, number: this.#number++ };
    let at = this.#nodes.push(node) - 1;
    for (let up = (at - 1) >> 1; at > 0 && this.#isBefore(at, up); up = (at - 1) >> 1) {
      this.#swap(at, up);
      at = up;
    }
  }

  take(): T | undefined {
    const first = this.#nodes[0];
    const last = this.#nodes.pop();
    if (first === undefined || last === undefined || this.#nodes.length === 0) return first?.item;
    this.#nodes[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < this.#nodes.length && this.#isBefore(below, least)) least = below;
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#nodes[a]!, this.#nodes[b]!];
    return (this.#compare(one.item, other.item) || one.number - other.number) < 0;
  }

  #swap(a: number, b: number): void {
    [this.#nodes[a], this.#nodes[b]] = [this.#nodes[b]!, this.#nodes[a]!];
  }
}
