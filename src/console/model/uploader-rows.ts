/** A row for each uploader, of what is known of it. Pure. */
import type { UploaderRow } from '../contract.ts';
import type { FileTable } from './file-table.ts';
import type { LeasesTable } from './leases-table.ts';
import { isAlive, type ReportsTable, runFacts } from './reports-table.ts';

const noFiles = { sentFiles: 0, sentBytes: 0, sendingFiles: 0 };

export function uploaderRows(
  files: FileTable,
  leases: LeasesTable,
  reports: ReportsTable,
  now: number,
): UploaderRow[] {
  const told = new Map(reports.of('uploader').map((one) => [one.report.name, one]));
  const hasFiles = (name: string) => {
    const { sentFiles, sendingFiles } = files.counts(name) ?? noFiles;
    return sentFiles + sendingFiles > 0;
  };
  const names = new Set([...files.uploaders.filter(hasFiles), ...leases.uploaders, ...told.keys()]);
  return [...names].toSorted().map((id) => {
    const lease = leases.of(id);
    const report = told.get(id);
    const state = leases.state(id, now);
    const { sentFiles, sentBytes, sendingFiles } = files.counts(id) ?? noFiles;
    const counts = { sentFiles, sentBytes, sendingFiles };
    const facts =
      report !== undefined && (lease === undefined || report.heard >= lease.heard - lease.lasts)
        ? runFacts(report)
        : lease && { host: lease.host, pid: lease.pid, seen: lease.heard };
    const seen = Math.max(lease?.heard ?? 0, report?.heard ?? 0);
    // What it waited for when it was last heard of it does not wait for now.
    const isTold = report !== undefined && isAlive(report, now) && state === 'running';
    const { waiting, ...who } = facts ?? {};
    const { failed, open, openBytes, rate } = report?.report.files ?? {};
    return {
      ...{ id, state, ...counts },
      ...who,
      ...(seen === 0 ? {} : { seen }),
      ...(isTold && waiting !== undefined ? { waiting } : {}),
      ...(failed === undefined ? {} : { failedFiles: failed }),
      ...(isTold && open !== undefined ? { backlogFiles: open } : {}),
      ...(isTold && openBytes !== undefined ? { backlogBytes: openBytes } : {}),
      ...(isTold && rate !== undefined ? { rate } : {}),
    };
  });
}
