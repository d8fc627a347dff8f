/** Who takes part in a comparison over a poor line. */

/** Figures of one run, each in the unit of its row, by the name of its line in the table. */
export type Figures = Readonly<Record<string, number>>;

/** A way to move a row's files over the line. */
export interface Transfer {
  readonly name: string;
  /** Moves them once; calls `begun` when its clock starts. Resolves with its seconds, rejects when what arrived is not what was sent. */
  run(begun: () => void): Promise<number>;
}

export interface Contender {
  readonly name: string;
  /** Runs once. Rejects when what arrived is not what was sent. */
  run(): Promise<Figures>;
}

/** A comparison: contenders over one line, in turn, several times. The first one's first figure is what the others are compared with. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Of its figures, e.g. `seconds`. */
  readonly unit: string;
  /** Bytes that a run moves, where a rate says something. */
  readonly bytes?: number;
  readonly contenders: readonly Contender[];
}

/** One contender's figures along an axis. */
export interface Curve {
  readonly name: string;
  /** One for each step of the axis; `NaN`: not measured. */
  readonly values: readonly number[];
}

/** How something grows, for a few contenders; the first one is what the others are compared with. */
export interface Chart {
  readonly title: string;
  /** Of the axis, e.g. `20 ms`. */
  readonly steps: readonly string[];
  readonly curves: readonly Curve[];
}
