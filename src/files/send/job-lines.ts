/** Files that wait to be sent: in a line for those that are urgent and one for all others, by size and precedence. */
import type { SourceFile } from '../../stores/contract.ts';
import type { Decision } from '../state/decide.ts';
import type { PartitionChoice } from './partitions.ts';
import type { Precedence } from './precedence.ts';
import { Queue } from './queue.ts';

export interface Job {
  readonly file: SourceFile;
  readonly decision: Exclude<Decision, { action: 'unchanged' }>;
}

/** Each line has workers of its own. */
export interface JobLine {
  readonly large: Queue<Job>;
  readonly small: Queue<Job>;
}

export class JobLines {
  readonly usual: JobLine = { large: new Queue(), small: new Queue() };
  readonly urgent: JobLine = { large: new Queue(), small: new Queue() };
  readonly #partitions: Pick<PartitionChoice, 'keepFree'>;
  #precedence: Precedence;

  /** `partitions`: one of them is kept free while anything may be urgent. */
  constructor(precedence: Precedence, partitions: Pick<PartitionChoice, 'keepFree'>) {
    this.#partitions = partitions;
    this.#precedence = precedence;
    this.reorder(precedence);
  }

  push(job: Job, size: keyof JobLine): void {
    const line = this.#precedence.isUrgent(job.file.path) ? this.urgent : this.usual;
    line[size].push(job);
  }

  /** Another order from now on, of those that wait too. */
  reorder(precedence: Precedence): void {
    this.#precedence = precedence;
    this.#partitions.keepFree(precedence.hasUrgent);
    const { compare } = precedence;
    const byFile = compare && ((a: Job, b: Job) => compare(a.file, b.file));
    for (const size of ['large', 'small'] as const) {
      const waiting = [this.urgent, this.usual].flatMap((line) => line[size].sort(byFile));
      for (const job of waiting) this.push(job, size);
    }
  }

  close(options: { drop: boolean }): void {
    for (const { large, small } of [this.usual, this.urgent]) {
      large.close(options);
      small.close(options);
    }
  }
}
