/** A row of the proof: one claim, the bar it must reach, and how it is put to the test. */

export interface Finding {
  readonly passed: boolean;
  /** What was measured, for one cell of a table. */
  readonly figures: string;
  /** What is wrong, in full; printed below the table. */
  readonly faults?: string;
}

export interface RowContext {
  /** Multiplies sizes and counts: 1 is the claim itself, less is a rehearsal. */
  readonly scale: number;
  /** The folder below which files and brokers' data are put. */
  readonly place: string;
  /** One line for whoever watches. */
  say(text: string): void;
}

export interface Row {
  /** By which it is chosen. */
  readonly name: string;
  readonly claim: string;
  readonly bar: string;
  run(context: RowContext): Promise<Finding>;
}

/** E.g. `1.95 GB`, in powers of ten. */
export function bytesText(bytes: number): string {
  if (Math.abs(bytes) >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (Math.abs(bytes) >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e3).toFixed(1)} kB`;
}

/** E.g. `4.3 %`. */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(share < 0.001 ? 3 : 1)} %`;
}

/** A whole number, scaled, at least `least`. */
export function scaled(count: number, scale: number, least = 1): number {
  return Math.max(least, Math.round(count * scale));
}
