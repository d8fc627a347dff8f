/** What a plan says beside what was measured, as lines of a table. Pure. */

export interface Row {
  readonly load: string;
  readonly what: string;
  readonly planned: number;
  readonly measured: number;
  readonly unit: string;
  /** What is only told: it may be further from the plan. */
  readonly isTold?: boolean;
}

/** A plan is to be so near. */
export const bar = 0.2;

/** The share by which what was planned is above (or below) what was measured. */
export function deviation({ planned, measured }: Pick<Row, 'planned' | 'measured'>): number {
  return planned / measured - 1;
}

export function isNear(row: Row): boolean {
  return row.isTold === true || Math.abs(deviation(row)) <= bar;
}

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const share = `${(deviation(row) * 100).toFixed(0)} %`.replace(/^(?=\d)/, '+');
    return `| ${row.load} | ${row.what} | ${show(row.planned)} | ${show(row.measured)} | ${row.unit} | ${share}${isNear(row) ? '' : ' **too far**'} |`;
  });
  return [
    '| load | | planned | measured | | planned is off by |',
    '|---|---|--:|--:|---|--:|',
    ...lines,
  ].join('\n');
}

function show(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
