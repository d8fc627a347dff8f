/** Viewers in a process of their own, and what they have met. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ViewersOrder, ViewersReport } from './viewers.ts';

export interface AudienceFigures {
  /** Seconds: the longest that anybody has waited from one part to the next. */
  readonly wait: number;
  readonly parts: number;
  /** Requests that failed and were made again, by reason. */
  readonly failures: Readonly<Record<string, number>>;
  readonly fatal: readonly string[];
  /** Of all phases. */
  readonly allFatal: readonly string[];
}

export class Audience {
  readonly #child: ChildProcess;
  readonly #allFatal: string[] = [];
  #reports: ViewersReport[] = [];
  /** Resolves when they all watch. */
  readonly begun: Promise<unknown>;

  constructor(url: string, viewers: number) {
    this.#child = fork(fileURLToPath(new URL('viewers.ts', import.meta.url)));
    this.#child.on('message', (report: ViewersReport) => {
      this.#reports.push(report);
      this.#allFatal.push(...report.fatal);
    });
    this.#child.send({ url, viewers } satisfies ViewersOrder);
    this.begun = once(this.#child, 'message');
  }

  reset(): void {
    this.#reports = [];
  }

  figures(): AudienceFigures {
    const failures: Record<string, number> = {};
    for (const report of this.#reports)
      for (const [reason, count] of Object.entries(report.failures))
        failures[reason] = (failures[reason] ?? 0) + count;
    return {
      wait: Math.max(0, ...this.#reports.map(({ wait }) => wait)) / 1000,
      parts: this.#reports.reduce((sum, { parts }) => sum + parts, 0),
      failures,
      fatal: this.#reports.flatMap(({ fatal }) => fatal),
      allFatal: [...this.#allFatal],
    };
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
