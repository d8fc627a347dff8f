/** Figures as data: those who count need no library for Prometheus, and load none. */

/** Values by labels. Labels have few values: kinds, names of streams; never a path. */
export type Labelled = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** What is known at the moment; undefined: nothing, and nothing is shown. */
export type Value = number | Labelled | undefined;

export interface Figure {
  /** Of Prometheus: with its unit, and `_total` where it only grows. */
  readonly name: string;
  readonly help: string;
  /** `counter` only grows while the process lives. */
  readonly kind: 'gauge' | 'counter';
  /** Names of its labels. */
  readonly labels?: readonly string[];
  /** Asked when somebody looks. What takes too long, or rejects, is left out. */
  readonly value: () => Value | Promise<Value>;
}

/** What somebody tells of itself while it runs. */
export interface Watched {
  readonly figures: readonly Figure[];
  /** Why nobody is to be sent to it now, in one sentence; undefined: they may. */
  unready(): string | undefined;
  /** What is wrong, though nobody would fare better with another process. Default: as `unready`. */
  unwell?(): string | undefined;
}

/** A figure that goes up and down. */
export function gauge(
  name: string,
  help: string,
  value: Figure['value'],
  labels?: readonly string[],
): Figure {
  return { kind: 'gauge', name, help, value, ...(labels && { labels }) };
}

/** A figure that only grows. */
export function counter(
  name: string,
  help: string,
  value: Figure['value'],
  labels?: readonly string[],
): Figure {
  return { kind: 'counter', name, help, value, ...(labels && { labels }) };
}
