/** By which leaders' epochs a partition was written, as far as it has been read: what a log that was cut has kept of it. PURE. */
import type { EpochRun } from './contract.ts';

interface Run {
  readonly epoch: number;
  /** Its first offset. */
  from: number;
}

/** Leaders change seldom; what is older than so many changes counts as written by the oldest that is remembered. */
const mostRuns = 64;

export class Epochs {
  #runs: Run[];

  constructor(runs: readonly EpochRun[] = []) {
    this.#runs = runs.map(([epoch, from]) => ({ epoch, from }));
  }

  /** To begin with at the same place another time; empty where nothing is known. */
  get runs(): readonly EpochRun[] {
    return this.last < 0 ? [] : this.#runs.map(({ epoch, from }) => [epoch, from]);
  }

  /** Of the batch right before what is read next; -1: not known. */
  get last(): number {
    return this.#runs.at(-1)?.epoch ?? -1;
  }

  /** A batch has been read; in their order. `epoch` -1: nobody knows. */
  note(epoch: number, from: number): void {
    if (epoch === this.last) return;
    this.#runs.push({ epoch, from });
    if (this.#runs.length <= mostRuns) return;
    const [oldest] = this.#runs.splice(0, 1);
    this.#runs[0]!.from = oldest!.from;
  }

  /** Reading goes on at this offset: what was noted behind it has not been read. */
  backTo(offset: number): void {
    this.#runs = this.#runs.filter(({ from }) => from < offset);
  }

  /** Nothing is known of what comes before. */
  forget(): void {
    this.#runs = [];
  }

  /**
   * Up to where the log is as it was read. The leader says: `epoch` is the newest of its log that is not newer than {@link last}, and ends
   * at `end`. What was read of epochs between the two it does not have at all.
   */
  agreement(epoch: number, end: number): number {
    const strange = this.#runs.find((run) => run.epoch > epoch);
    return Math.min(end, strange?.from ?? end);
  }
}
