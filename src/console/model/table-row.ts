/** A row of the table of files, while files are looked for. */
import type { FileFacts, FileRows } from './file-rows.ts';
import type { Names } from './names.ts';

/** What of a file is cheap to ask, while it is asked for. */
export interface TableRow {
  readonly state: FileFacts['state'];
  readonly partition: number;
  readonly last: number;
  /** `UPLOADER/PATH`. */
  readonly id: string;
  readonly upload: string;
}

/** One for all rows that are looked at: there may be a million. */
export class Look implements TableRow {
  readonly #rows: FileRows;
  readonly #names: Names;
  row = 0;

  constructor(rows: FileRows, names: Names) {
    [this.#rows, this.#names] = [rows, names];
  }

  get state(): FileFacts['state'] {
    return this.#rows.state(this.row);
  }

  get partition(): number {
    return this.#rows.partition(this.row);
  }

  get last(): number {
    return this.#rows.last(this.row);
  }

  get id(): string {
    return this.#names.of(this.row).toString();
  }

  get upload(): string {
    return this.#rows.upload(this.row);
  }
}
