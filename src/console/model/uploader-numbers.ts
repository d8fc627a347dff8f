/** Uploaders by numbers, which rows of files can have, and what their files come to. The number of one that has made room is given again. */
/** What an uploader's files come to, those that are not in memory any more included. */
export interface FileCounts {
  sentFiles: number;
  sentBytes: number;
  sendingFiles: number;
}

export class UploaderNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #counts: FileCounts[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  add(name: string): number {
    const number = this.#free.pop() ?? this.#names.length;
    this.#numbers.set(name, number);
    this.#names[number] = name;
    this.#counts[number] = { sentFiles: 0, sentBytes: 0, sendingFiles: 0 };
    return number;
  }

  name(number: number): string {
    return this.#names[number]!;
  }

  counts(number: number): FileCounts {
    return this.#counts[number]!;
  }

  /** All others are known no more. */
  keep(kept: ReadonlySet<number>): void {
    for (const [name, number] of this.#numbers) {
      if (kept.has(number)) continue;
      this.#numbers.delete(name);
      this.#free.push(number);
    }
  }

  clear(): void {
    this.#numbers.clear();
    for (const list of [this.#names, this.#counts, this.#free]) list.length = 0;
  }
}
