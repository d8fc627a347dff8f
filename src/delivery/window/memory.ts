/**
 * What the windows of all streams take together: whoever can write to the topic could begin ever more streams, or one segment that never
 * ends. Counted by what comes, which is too much, and counted truly only when that exceeds the limit. Pure.
 */

/** What a window takes beside its media, and a record beside its bytes. */
const ofWindow = 20_000;
const ofRecord = 300;
/** One stream may take so great a share alone, and so much is left in use when some are set aside. */
const greatestShare = 0.25;
const left = 0.75;

/** A window as it is counted. */
export interface Holding {
  readonly stream: string;
  /** Of media. */
  readonly bytes: number;
}

export class WindowMemory {
  readonly #most: number;
  #atMost = 0;

  /** `most`: bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A window begins. */
  begun(): void {
    this.#atMost += ofWindow;
  }

  /** A record with so many bytes goes into a window. True: it is time to look who is to go. */
  came(bytes: number): boolean {
    this.#atMost += bytes + ofRecord;
    return this.#atMost > this.#most;
  }

  /**
   * Counts all windows, given in the order in which they began. Gives the streams that are to be set aside: those that hold more than their
   * share, then those that began last, so that who was there keeps his place.
   */
  tooMany(windows: readonly Holding[]): string[] {
    const sizeOf = ({ bytes }: Holding): number => bytes + ofWindow;
    const total = (some: readonly Holding[]): number => some.reduce((sum, one) => sum + sizeOf(one), 0);
    const isGreedy = (one: Holding): boolean => sizeOf(one) > this.#most * greatestShare;
    this.#atMost = total(windows);
    if (this.#atMost <= this.#most) return [];
    const gone = windows.filter(isGreedy);
    const others = windows.filter((one) => !isGreedy(one));
    this.#atMost = total(others);
    while (this.#atMost > this.#most * left) {
      const youngest = others.pop()!;
      gone.push(youngest);
      this.#atMost -= sizeOf(youngest);
    }
    return gone.map(({ stream }) => stream);
  }
}
