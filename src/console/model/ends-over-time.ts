/** Where the partitions of a topic ended when: how old a record is, and how fast the topic grows. Pure: times come in, milliseconds. */

/** A sample every five seconds, for six hours. */
const mostSamples = 4320;

interface Sample {
  readonly at: number;
  readonly ends: Float64Array;
}

export class EndsOverTime {
  readonly #most: number;
  #samples: Sample[] = [];

  constructor(most: number = mostSamples) {
    this.#most = most;
  }

  /** They end there now. What went back is another topic's: all before is forgotten. */
  note(at: number, ends: ReadonlyMap<number, number>): void {
    const last = this.#samples.at(-1);
    const count = Math.max(0, ...ends.keys()) + 1;
    const now = Float64Array.from({ length: count }, (_, partition) => ends.get(partition) ?? 0);
    if (last?.ends.some((end, partition) => end > (now[partition] ?? 0))) this.#samples = [];
    this.#samples.push({ at, ends: now });
    // By many at once, for each costs as much.
    if (this.#samples.length > this.#most * 1.1) this.#samples.splice(0, this.#samples.length - this.#most);
  }

  forget(): void {
    this.#samples = [];
  }

  /** When it was noted first. */
  get since(): number | undefined {
    return this.#samples[0]?.at;
  }

  /** By when the record at an offset had been appended; undefined: before the first sample, or not yet. */
  appended(partition: number, offset: number): number | undefined {
    const end = (index: number): number => this.#samples[index]?.ends[partition] ?? 0;
    let [low, high] = [0, this.#samples.length];
    if (high === 0 || end(0) > offset) return undefined;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (end(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return this.#samples[low]?.at;
  }

  /** Records a second over the last so many milliseconds; undefined before there are two samples. */
  growth(milliseconds: number): number | undefined {
    const last = this.#samples.at(-1);
    const earlier = this.#samples.findLast(({ at }) => last !== undefined && last.at - at >= milliseconds);
    const first = earlier ?? this.#samples[0];
    if (last === undefined || first === undefined || last.at <= first.at) return undefined;
    return ((sum(last.ends) - sum(first.ends)) * 1000) / (last.at - first.at);
  }
}

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
