/** What runs have told of themselves last, of `T.reports` and `L.reports`. */

import type { ConsumedRecord } from '../../kafka/contract.ts';
import {
  decodeReport,
  type Report,
  type ReportedFailure,
  type ReportKind,
} from '../../records/report-record.ts';
import type { RunFacts } from '../contract.ts';

/** Runs that are remembered: whoever may write there could make up any number. */
const mostRuns = 10_000;

export interface HeardReport {
  readonly kind: ReportKind;
  readonly report: Report;
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
}

/** A file that did not make it, and where. */
export interface FailureAt extends ReportedFailure {
  /** Of the run: uploader or consumer group. */
  readonly where: string;
  readonly kind: ReportKind;
}

export class ReportsTable {
  readonly #runs = new Map<string, HeardReport>();
  #failures: ReadonlyMap<string, readonly FailureAt[]> | undefined;

  /** `topic`: where it stands. Throws FormatError. */
  take(topic: string, record: ConsumedRecord): void {
    const decoded = decodeReport(record);
    if (decoded === undefined) return;
    const { kind, report } = decoded;
    const key = `${topic} ${decoded.key}`;
    this.#failures = undefined;
    if (report === null) this.#runs.delete(key);
    else if (this.#runs.has(key) || this.#runs.size < mostRuns)
      this.#runs.set(key, { kind, report, at: record.timestamp });
  }

  /** What stands on a topic is read anew. */
  clear(topic: string): void {
    for (const key of this.#runs.keys()) if (key.startsWith(`${topic} `)) this.#runs.delete(key);
    this.#failures = undefined;
  }

  of(kind: ReportKind): HeardReport[] {
    return [...this.#runs.values()].filter((run) => run.kind === kind);
  }

  /** `UPLOADER/PATH` -> what runs say of it that have it among those that did not make it. */
  get failures(): ReadonlyMap<string, readonly FailureAt[]> {
    if (this.#failures !== undefined) return this.#failures;
    const failures = new Map<string, FailureAt[]>();
    for (const { kind, report } of this.#runs.values())
      for (const failure of report.failures ?? []) {
        const one = { ...failure, where: report.name, kind };
        const others = failures.get(failure.path);
        if (others === undefined) failures.set(failure.path, [one]);
        else others.push(one);
      }
    this.#failures = failures;
    return failures;
  }
}

/** Whether it still counts: neither ended, nor silent for longer than it said. */
export function isAlive({ report, at }: HeardReport, now: number): boolean {
  return report.state === 'running' && now < at + report.lasts;
}

/** How a run stands. */
export function stateOf(heard: HeardReport, now: number): 'running' | 'ended' | 'silent' {
  if (heard.report.state === 'ended') return 'ended';
  return isAlive(heard, now) ? 'running' : 'silent';
}

/** What is told of the run itself. */
export function runFacts({ report, at }: HeardReport): RunFacts {
  const { version, host, pid, started, waiting } = report;
  return {
    ...(version === undefined ? {} : { version }),
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    ...(started === undefined ? {} : { started }),
    seen: at,
    ...(waiting === undefined ? {} : { waiting }),
  };
}
