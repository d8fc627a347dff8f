/** Who takes part in a comparison, and what is measured of them. */
import type { Cost } from './process-meter.ts';

/** One run of one contender. */
export interface Measured {
  /** From the start to the moment that everything stands at its destination, by its own word. */
  readonly seconds: number;
  /** Cost by side, e.g. `sender`, `receiver`, `broker`. */
  readonly sides: Readonly<Record<string, Cost>>;
  /** Milliseconds of single records, where the group is about them. */
  readonly latencies?: readonly number[];
}

export interface Contender {
  readonly name: string;
  /** Bytes that its run moves, where they differ from those of the group. */
  readonly bytes?: number;
  /** Runs once, and removes what it made. Rejects when what arrived is not what was sent. */
  run(): Promise<Measured>;
}

/** A comparison: contenders on one piece of work, in turn, several times. */
export interface Group {
  readonly name: string;
  /** What is done, for the heading of its table. */
  readonly title: string;
  /** The contender that the others are compared with; the first one. */
  readonly contenders: readonly [Contender, ...Contender[]];
  /** Another one of them that the others' time is compared with too. */
  readonly second?: Contender;
  /** Bytes that a run moves; cost is shown for each GB of them. */
  readonly bytes: number;
}
