/** Dates what is left to read, where nothing has been read since the beginning, or since a group gave it: a slow line may take an hour for that. */
import type { Lag } from './lag.ts';
import { oldestLeft } from './oldest-left.ts';

type Places = ReadonlyMap<number, number>;

/** Who asks a broker ten times does so once: not whenever somebody looks. */
export class Dating {
  readonly #lag: Lag;
  #isAsking = false;
  /** What was asked about, and which of it was the oldest. */
  #known: { readonly places: Places; readonly oldest: readonly number[] } | undefined;

  constructor(lag: Lag) {
    this.#lag = lag;
  }

  /** `ends`: of the topic; `at` as for {@link oldestLeft}. Never rejects; whoever looks at the lag need not wait. */
  async look(
    ends: Places,
    { now, retention }: { readonly now: number; readonly retention: number },
    at: (time: number) => Promise<Places>,
  ): Promise<void> {
    const places = this.#lag.undated(ends);
    if (places.size === 0 || this.#isAsking || this.#isKnown(places)) return;
    this.#isAsking = true;
    try {
      const { time, partitions } = await oldestLeft(places, { from: now - retention, to: now }, at);
      for (const partition of partitions) this.#lag.date(partition, places.get(partition) ?? 0, time);
      this.#known = { places, oldest: partitions };
    } catch {
      // Brokers that are away are asked again by whoever looks then.
    } finally {
      this.#isAsking = false;
    }
  }

  /** All of them are younger than what stands there yet. */
  #isKnown(places: Places): boolean {
    const known = this.#known;
    if (known === undefined) return false;
    const isAsked = [...places].every(([partition, position]) => known.places.get(partition) === position);
    return (
      isAsked && known.oldest.some((partition) => this.#lag.isAt(partition, known.places.get(partition) ?? 0))
    );
  }
}
