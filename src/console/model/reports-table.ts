/** What runs have told of themselves last, of `T.reports` and `L.reports`. */

import type { ConsumedRecord } from '../../kafka/contract.ts';
import {
  decodeReport,
  type Report,
  type ReportedFailure,
  type ReportedStream,
  type ReportKind,
} from '../../records/report-record.ts';
import type { RunFacts } from '../contract.ts';

/** Runs that are remembered, and bytes that their reports had: whoever may write there could make up any number, of any size. */
export const reportLimits = { runs: 10_000, bytes: 16 * 1024 * 1024 } as const;
/** Milliseconds for which nobody is taken to run without a word, whatever it said. */
const mostSilence = 3_600_000;

export interface HeardReport {
  readonly kind: ReportKind;
  readonly report: Report;
  /** When it was heard of here, milliseconds since the epoch: clocks of others are anything. */
  readonly heard: number;
}

interface Run extends HeardReport {
  readonly bytes: number;
}

/** A file that did not make it, and where. */
export interface FailureAt extends ReportedFailure {
  /** Of the run: uploader or consumer group. */
  readonly where: string;
  readonly kind: ReportKind;
}

export class ReportsTable {
  /** The one that was heard of longest ago comes first. */
  readonly #runs = new Map<string, Run>();
  #bytes = 0;
  readonly #limits: Readonly<Record<keyof typeof reportLimits, number>>;
  #failures: ReadonlyMap<string, readonly FailureAt[]> | undefined;

  constructor(limits: Partial<Record<keyof typeof reportLimits, number>> = {}) {
    this.#limits = { ...reportLimits, ...limits };
  }

  /** `topic`: where it stands; `heard`: when. Throws FormatError. */
  take(topic: string, record: ConsumedRecord, heard: number): void {
    const decoded = decodeReport(record);
    if (decoded === undefined) return;
    const { kind, report } = decoded;
    const key = `${topic} ${decoded.key}`;
    this.#failures = undefined;
    this.#drop(key);
    if (report === null) return;
    const bytes = key.length + (record.value?.length ?? 0);
    this.#runs.set(key, { kind, report, heard, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= this.#limits.runs && this.#bytes <= this.#limits.bytes) break;
      this.#drop(oldest);
    }
  }

  /** What stands on a topic is read anew. */
  clear(topic: string): void {
    for (const key of this.#runs.keys()) if (key.startsWith(`${topic} `)) this.#drop(key);
    this.#failures = undefined;
  }

  #drop(key: string): void {
    this.#bytes -= this.#runs.get(key)?.bytes ?? 0;
    this.#runs.delete(key);
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
export function isAlive({ report, heard }: HeardReport, now: number): boolean {
  return report.state === 'running' && now < heard + Math.min(mostSilence, report.lasts);
}

/** How a run stands. */
export function stateOf(heard: HeardReport, now: number): 'running' | 'ended' | 'silent' {
  if (heard.report.state === 'ended') return 'ended';
  return isAlive(heard, now) ? 'running' : 'silent';
}

/** What it tells of a stream; of one that it does not name, nothing, whatever that is called. */
export function streamIn({ report }: HeardReport, name: string): ReportedStream | undefined {
  const { streams = {} } = report;
  return Object.hasOwn(streams, name) ? streams[name] : undefined;
}

/** What is told of the run itself. */
export function runFacts({ report, heard }: HeardReport): RunFacts {
  const { version, host, pid, started, waiting } = report;
  return {
    ...(version === undefined ? {} : { version }),
    ...(host === undefined ? {} : { host }),
    ...(pid === undefined ? {} : { pid }),
    ...(started === undefined ? {} : { started }),
    seen: heard,
    ...(waiting === undefined ? {} : { waiting }),
  };
}
