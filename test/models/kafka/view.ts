/** A partition as whoever reads it has seen it. */

/** What was handed out of a partition, and what is to come next. */
export class View {
  readonly records = new Map<number, string>();
  readonly gaps: (readonly [from: number, to: number])[] = [];
  next = 0;

  hasGapAt(offset: number): boolean {
    return this.gaps.some(([from, to]) => from <= offset && offset < to);
  }
}
