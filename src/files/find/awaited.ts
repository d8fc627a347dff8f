/** Paths that are to be looked at, and when: noticed ones, and files that have not come to rest. Pure; times are steady milliseconds. */

interface Look {
  /** When it is due. */
  at: number;
  /** Since when the file has not come to rest; undefined while nobody has seen it. */
  readonly since: number | undefined;
  /** Seen once. */
  readonly isFresh: boolean;
}

export class Awaited {
  readonly #looks = new Map<string, Look>();
  /** What was due and is being looked at: it may have to wait on. */
  readonly #before = new Map<string, Look>();
  #fresh = 0;
  #next = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#looks.size;
  }

  /** Files that were seen once and wait for their second look. */
  get fresh(): number {
    return this.#fresh;
  }

  /** Files that were seen, however often. */
  get seen(): number {
    return [...this.#looks.values()].filter(({ since }) => since !== undefined).length;
  }

  /** No look is due before; it may be later. */
  get next(): number {
    return this.#next;
  }

  /** Something happened to the path: it is looked at then, unless it is to be looked at anyway. */
  notice(path: string, at: number): void {
    if (!this.#looks.has(path)) this.#put(path, { at, since: undefined, isFresh: false });
  }

  /** The file was seen, and has not come to rest: it is looked at again. Gives since when it has not. */
  rest(path: string, at: number, now: number): number {
    // A notice may have come while it was looked at.
    const since = this.#looks.get(path)?.since ?? this.#before.get(path)?.since;
    this.#put(path, { at, since: since ?? now, isFresh: since === undefined });
    return since ?? now;
  }

  /** The paths that are due: they are forgotten unless they are put back ({@link rest}) before the next call. */
  takeDue(now: number): string[] {
    this.#before.clear();
    if (now < this.#next) return [];
    const due: string[] = [];
    this.#next = Number.POSITIVE_INFINITY;
    for (const [path, look] of this.#looks) {
      if (look.at > now) {
        this.#next = Math.min(this.#next, look.at);
        continue;
      }
      due.push(path);
      this.#remove(path, look);
      this.#before.set(path, look);
    }
    return due;
  }

  forget(path: string): void {
    const look = this.#looks.get(path);
    if (look !== undefined) this.#remove(path, look);
    this.#before.delete(path);
  }

  #put(path: string, look: Look): void {
    const former = this.#looks.get(path);
    if (former !== undefined) this.#remove(path, former);
    this.#looks.set(path, look);
    if (look.isFresh) this.#fresh++;
    this.#next = Math.min(this.#next, look.at);
  }

  #remove(path: string, look: Look): void {
    this.#looks.delete(path);
    if (look.isFresh) this.#fresh--;
  }
}
