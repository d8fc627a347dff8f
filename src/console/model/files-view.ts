/** Files as the page is told of them: what `T.state` says, by what downloaders have committed and what runs say did not make it. */
import type { ConsoleEvents, FileRow, FilesPage, FilesQuestion } from '../contract.ts';
import { type FileTable, isLike, rowOf, type TableFile } from './file-table.ts';
import type { FailureAt, ReportsTable } from './reports-table.ts';
import type { TableRow } from './table-row.ts';

/** Rows of one event, and of a page. */
const [eventRows, pageRows, usualRows] = [200, 500, 100];
const longestSearch = 256;

type Failures = ReportsTable['failures'];

export class FilesView {
  readonly #table: FileTable;
  readonly #reports: ReportsTable;
  readonly #arrivedBefore: () => ReadonlyMap<number, number>;
  #toldChanges = 0;
  #toldFailures: Failures = new Map();
  #toldArrived: ReadonlyMap<number, number> = new Map();

  /** `arrivedBefore`: partition -> offset before which every downloader has all. */
  constructor(table: FileTable, reports: ReportsTable, arrivedBefore: () => ReadonlyMap<number, number>) {
    this.#table = table;
    this.#reports = reports;
    this.#arrivedBefore = arrivedBefore;
  }

  page(question: FilesQuestion): FilesPage {
    const { uploader, state, after, limit = usualRows } = question;
    const search = question.search?.slice(0, longestSearch) ?? '';
    if (state === 'failed' || state === 'parked') return this.#failedPage({ ...question, search });
    const { failures } = this.#reports;
    const arrived = this.#arrivedBefore();
    const isWanted =
      state === undefined
        ? undefined
        : (row: TableRow) =>
            wordOf(row, arrived) === state &&
            (failures.size === 0 || failuresOf(failures.get(row.id), row.upload) === undefined);
    const { files, total, next } = this.#table.find({ search, uploader, isWanted, after, limit });
    const { shed } = this.#table;
    return {
      files: files.map((file) => this.#row(file, failures, arrived)),
      total,
      ...(next === undefined ? {} : { next }),
      ...(shed > 0 ? { forgotten: shed } : {}),
    };
  }

  /** Undefined: nobody has told of it. */
  file(uploader: string, path: string): FileRow | undefined {
    return this.#byId(`${uploader}/${path}`, this.#reports.failures, this.#arrivedBefore());
  }

  /** What has changed since it was asked last; undefined: nothing. */
  changes(): ConsoleEvents['files'] | undefined {
    const { failures } = this.#reports;
    const arrived = this.#arrivedBefore();
    const fresh = this.#table.since(this.#toldChanges, eventRows);
    const others = changedIn(this.#toldFailures, failures);
    const hasArrived = isOther(this.#toldArrived, arrived);
    const newest = hasArrived ? this.#table.since(0, eventRows).files : [];
    const before = this.#toldArrived;
    const through = newest.filter((file) => wordOf(file, arrived) !== wordOf(file, before));
    this.#toldChanges = this.#table.changes;
    this.#toldFailures = failures;
    this.#toldArrived = arrived;
    const rows = new Map<string, FileRow>();
    for (const file of [...fresh.files, ...through]) {
      const row = this.#row(file, failures, arrived);
      rows.set(row.id, row);
    }
    for (const id of others.slice(0, eventRows)) {
      const row = this.#byId(id, failures, arrived);
      if (row !== undefined) rows.set(id, row);
    }
    const files = [...rows.values()].slice(0, eventRows);
    // Of those that have arrived, older ones may be among what somebody looks at.
    const more = fresh.more || rows.size > files.length || others.length > eventRows || hasArrived;
    return rows.size === 0 && !more ? undefined : { files, more };
  }

  #failedPage({ search = '', uploader, state, after, limit = usualRows }: FilesQuestion): FilesPage {
    const { failures } = this.#reports;
    const arrived = this.#arrivedBefore();
    const pieces = search.split('*');
    const isNamed = (id: string) =>
      (pieces.length === 1 ? id.includes(search) : isLike(pieces, id)) &&
      (uploader === undefined || id.startsWith(`${uploader}/`));
    const rows = [...failures.keys()]
      .filter(isNamed)
      .flatMap((id) => this.#byId(id, failures, arrived) ?? [])
      .filter((row) => row.state === state)
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
    const cursor = (row: FileRow) => `${row.at} ${row.id}`;
    const [at = 0, id = ''] = after === undefined ? [] : splitCursor(after);
    const rest =
      after === undefined ? rows : rows.filter((row) => row.at < at || (row.at === at && row.id > id));
    const files = rest.slice(0, Math.min(pageRows, Math.max(1, limit)));
    const last = files.at(-1);
    const next = last !== undefined && rest.length > files.length ? { next: cursor(last) } : {};
    return { files, total: rows.length, ...next };
  }

  #byId(id: string, failures: Failures, arrived: ReadonlyMap<number, number>): FileRow | undefined {
    const slash = id.indexOf('/');
    const [uploader, path] = [id.slice(0, slash), id.slice(slash + 1)];
    const file = this.#table.get(uploader, path);
    if (file !== undefined) return this.#row(file, failures, arrived);
    const failed = failures.get(id);
    if (failed === undefined) return undefined;
    const nothing = { size: 0, done: 0, mtime: 0, at: 0, upload: '' };
    return failedRow({ id, uploader, path, state: 'failed', ...nothing }, failed);
  }

  #row(file: TableFile, failures: Failures, arrived: ReadonlyMap<number, number>): FileRow {
    const failed =
      failures.size === 0
        ? undefined
        : failuresOf(failures.get(`${file.uploader}/${file.path}`), file.upload);
    const row = rowOf(file, wordOf(file, arrived));
    return failed === undefined ? row : failedRow(row, failed);
  }
}

/** Those of this version, or of nobody knows which: what became of a former one says nothing of it. Undefined: there are none. */
function failuresOf(
  failures: readonly FailureAt[] | undefined,
  upload: string,
): readonly FailureAt[] | undefined {
  const own = failures?.filter((one) => one.upload === undefined || one.upload >= upload) ?? [];
  return own.length === 0 ? undefined : own;
}

/** Of several that say so, the worst and the newest. */
function failedRow(row: FileRow, failures: readonly FailureAt[]): FileRow {
  const failed = failures.filter(({ state }) => state === 'failed');
  const state = failed.length > 0 ? 'failed' : 'parked';
  const newest = (failed.length > 0 ? failed : failures).reduce((last, one) =>
    one.at > last.at ? one : last,
  );
  return { ...row, state, at: newest.at, upload: newest.upload ?? row.upload, reason: newest.reason };
}

function wordOf(
  { state, partition, last }: Pick<TableFile, 'state' | 'partition' | 'last'>,
  arrived: ReadonlyMap<number, number>,
): FileRow['state'] {
  return state === 'sent' && last < (arrived.get(partition) ?? -1) ? 'arrived' : state;
}

function splitCursor(text: string): readonly [at: number, id: string] {
  const space = text.indexOf(' ');
  return [Number(text.slice(0, space)), text.slice(space + 1)];
}

function isOther(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size !== b.size || [...b].some(([partition, offset]) => a.get(partition) !== offset);
}

function changedIn(before: Failures, now: Failures): string[] {
  if (before === now) return [];
  const text = (failures: readonly FailureAt[] | undefined) => JSON.stringify(failures);
  const ids = new Set([...before.keys(), ...now.keys()]);
  return [...ids].filter((id) => text(before.get(id)) !== text(now.get(id)));
}
