/** A row for each downloader, of what its group has committed and what it tells of itself. Pure. */
import type { DownloaderRow } from '../contract.ts';
import type { EndsOverTime } from './ends-over-time.ts';
import type { RecordTimes } from './record-times.ts';
import { type HeardReport, isAlive, type ReportsTable, runFacts, stateOf } from './reports-table.ts';

/** What was seen of a consumer group. */
export interface GroupLook {
  readonly hasMembers: boolean;
  /** Partition -> committed offset on the files topic. */
  readonly committed: ReadonlyMap<number, number>;
  /** When one of them was another last, milliseconds since the epoch; absent: not since it is looked at. */
  readonly moved?: number | undefined;
}

/** What was seen of the files topic. */
export interface FilesLook {
  readonly starts: ReadonlyMap<number, number>;
  readonly ends: ReadonlyMap<number, number>;
  readonly endsOverTime: EndsOverTime;
  readonly times: Pick<RecordTimes, 'notBefore'>;
  /** Of the log, per record; undefined: the brokers do not tell. */
  readonly bytesPerRecord?: number | undefined;
  /** Milliseconds; negative: for ever. */
  readonly retention?: number | undefined;
}

/** A group that has not committed for so long, and tells nothing, is silent. */
const quiet = 120_000;

export function downloaderRows(
  groups: ReadonlyMap<string, GroupLook>,
  files: FilesLook,
  reports: ReportsTable,
  now: number,
): DownloaderRow[] {
  const told = Map.groupBy(reports.of('downloader'), ({ report }) => report.name);
  return [...new Set([...groups.keys(), ...told.keys()])].toSorted().map((id) => {
    const runs = told.get(id) ?? [];
    const group = groups.get(id);
    return {
      ...{ id, name: nameOf(id), state: stateOfGroup(group, runs, now) },
      ...lagOf(id, group?.committed ?? new Map(), files, now),
      ...(runs.length === 0 ? {} : factsOf(runs, now)),
    };
  });
}

/** `sluice-NAME-ID`: the name. */
function nameOf(group: string): string {
  return /^sluice-(.+)-[0-9a-f]{16}$/.exec(group)?.[1] ?? group;
}

function stateOfGroup(
  group: GroupLook | undefined,
  runs: readonly HeardReport[],
  now: number,
): DownloaderRow['state'] {
  if (group?.hasMembers === true) return 'running';
  const states = new Set(runs.map((run) => stateOf(run, now)));
  if (states.has('running')) return 'running';
  if (states.has('ended')) return 'ended';
  return now - (group?.moved ?? 0) < quiet ? 'running' : 'silent';
}

/** Of its members together; of what only one can say, the newest says it. */
function factsOf(runs: readonly HeardReport[], now: number): Partial<DownloaderRow> {
  const alive = runs.filter((run) => isAlive(run, now));
  const counted = alive.length > 0 ? alive : runs.toSorted((a, b) => b.heard - a.heard).slice(0, 1);
  const newest = counted.reduce((last, run) => (run.heard > last.heard ? run : last));
  const sum = (name: 'done' | 'failed' | 'parked' | 'rate') =>
    counted.reduce((total, { report }) => total + (report.files?.[name] ?? 0), 0);
  const { waiting, ...who } = runFacts(newest);
  return {
    ...who,
    ...(alive.length > 0 && waiting !== undefined ? { waiting } : {}),
    ...{ receivedFiles: sum('done'), failedFiles: sum('failed'), parkedFiles: sum('parked') },
    ...(alive.length > 0 ? { rate: sum('rate') } : {}),
  };
}

type Lag = Pick<DownloaderRow, 'lagRecords' | 'lagBytes' | 'lagSeconds' | 'overtakenIn' | 'lostRecords'>;

function lagOf(group: string, committed: ReadonlyMap<number, number>, files: FilesLook, now: number): Lag {
  let [records, lost, oldest] = [0, 0, Number.POSITIVE_INFINITY];
  let isDated = true;
  for (const [partition, end] of files.ends) {
    const start = files.starts.get(partition) ?? 0;
    const at = committed.get(partition) ?? 0;
    const from = Math.max(start, at);
    // Who has never committed reads from wherever the topic begins, and has lost nothing.
    if (committed.has(partition)) lost += Math.max(0, start - at);
    if (end <= from) continue;
    records += end - from;
    const standing = { group, partition, offset: from };
    const time = files.endsOverTime.appended(partition, from) ?? files.times.notBefore(standing);
    if (time === undefined) isDated = false;
    else oldest = Math.min(oldest, time);
  }
  const { bytesPerRecord, retention = -1 } = files;
  const age = records === 0 ? 0 : (now - oldest) / 1000;
  const isKnown = records === 0 || (isDated && Number.isFinite(oldest));
  return {
    lagRecords: records,
    ...(records === 0 ? { lagBytes: 0 } : {}),
    ...(records > 0 && bytesPerRecord !== undefined
      ? { lagBytes: Math.round(records * bytesPerRecord) }
      : {}),
    ...(isKnown ? { lagSeconds: Math.max(0, age) } : {}),
    ...(records > 0 && isKnown && retention >= 0 ? { overtakenIn: Math.max(0, retention / 1000 - age) } : {}),
    ...(lost > 0 ? { lostRecords: lost } : {}),
  };
}

/** Partition -> offset before which every group that is known has all; empty where there is none. */
export function arrivedBefore(
  groups: ReadonlyMap<string, GroupLook>,
  partitions: Iterable<number>,
): ReadonlyMap<number, number> {
  if (groups.size === 0) return new Map();
  const least = (partition: number) =>
    Math.min(...[...groups.values()].map(({ committed }) => committed.get(partition) ?? 0));
  return new Map([...partitions].map((partition) => [partition, least(partition)]));
}
