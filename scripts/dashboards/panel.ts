/** What a dashboard is made of, as data. */

/** Units as Grafana names them. */
export type Unit =
  | 'short'
  | 's'
  | 'bytes'
  | 'binBps'
  | 'bps'
  | 'ops'
  | 'percentunit'
  | 'bool_on_off'
  | 'reqps';

export interface Panel {
  readonly title: string;
  /** What is seen, and what to make of it. */
  readonly description: string;
  readonly unit: Unit;
  /** `number`: what is now, large. Default: over time. */
  readonly kind?: 'graph' | 'number';
  /** PromQL, with `$of` for the instances that were chosen; and what to call its series. */
  readonly queries: readonly (readonly [expression: string, legend: string])[];
  /** From here on it is not well; `below`: up to here. */
  readonly bad?: number;
  readonly below?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Board {
  /** Of its file and its URL. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

/** Over time. */
export function graph(
  title: string,
  description: string,
  unit: Unit,
  queries: Panel['queries'],
  bounds: Pick<Panel, 'bad' | 'below'> = {},
): Panel {
  return { kind: 'graph', title, description, unit, queries, ...bounds };
}

/** As it is now. */
export function now(
  title: string,
  description: string,
  unit: Unit,
  expression: string,
  bounds: Pick<Panel, 'bad' | 'below'> = {},
): Panel {
  return { kind: 'number', title, description, unit, queries: [[expression, '']], ...bounds };
}

/** What a counter grows by in a second, and in the whole of a quarter of an hour. */
export const perSecond = (name: string, more = ''): string => `rate(${name}{$of${more}}[$__rate_interval])`;
export const inQuarter = (name: string, more = ''): string => `increase(${name}{$of${more}}[15m])`;
/** Seconds since a moment. */
export const since = (name: string): string => `time() - ${name}{$of}`;

/** Verbs that tell what holds them up. */
export const waiting = [
  'upload',
  'download',
  'publish',
  'push',
  'export',
  'record',
  'play',
  'serve',
  'ingest',
  'console',
] as const;
