/** The last six hours of what is counted: a point every ten seconds. */
import type { History, Totals } from '../contract.ts';

export const pointEvery = 10_000;
const mostPoints = 2160;

export const totalNames = [
  'sendingFiles',
  'backlogBytes',
  'lagBytes',
  'lagSeconds',
  'failedFiles',
  'parkedFiles',
  'viewers',
  'liveStreams',
  'filesRate',
  'liveRate',
] as const satisfies readonly (keyof Totals)[];

export class HistoryRing {
  readonly #most: number;
  readonly #at: Float64Array;
  readonly #columns: ReadonlyMap<keyof Totals, Float64Array>;
  #count = 0;

  constructor(most: number = mostPoints) {
    this.#most = most;
    this.#at = new Float64Array(most);
    this.#columns = new Map(totalNames.map((name) => [name, new Float64Array(most)]));
  }

  push(at: number, totals: Totals): void {
    const place = this.#count++ % this.#most;
    this.#at[place] = at;
    for (const [name, column] of this.#columns) column[place] = totals[name] ?? Number.NaN;
  }

  /** The oldest first. */
  history(): History {
    const length = Math.min(this.#count, this.#most);
    const places = Array.from({ length }, (_, index) => (this.#count - length + index) % this.#most);
    const series = [...this.#columns].map(([name, column]) => [
      name,
      places.map((place) => (Number.isNaN(column[place]) ? null : column[place]!)),
    ]);
    return { at: places.map((place) => this.#at[place]!), series: Object.fromEntries(series) };
  }
}
