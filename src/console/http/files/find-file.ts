/** Which version of a file is meant, by what the model knows. */
import type { ConsoleModel, FileEvent, FileRow } from '../../contract.ts';
import type { FileAddress } from './address.ts';
import type { FileFacts } from './answer.ts';

/** Why there is nothing to send. */
export interface NoFile {
  readonly status: 403 | 404 | 410;
  readonly message: string;
}

/** Versions that are remembered, and milliseconds: a browser asks for one in many parts, and each time its history would be read. */
const [mostVersions, lasts] = [200, 60_000];

export class FoundFiles {
  readonly #model: ConsoleModel;
  readonly #now: () => number;
  /** `UPLOADER/PATH` and its upload -> what never changes of it, and when that was found. */
  readonly #versions = new Map<string, FileFacts & { readonly at: number }>();

  /** `now`: a steady clock. */
  constructor(model: ConsoleModel, now: () => number = () => performance.now()) {
    this.#model = model;
    this.#now = now;
  }

  /** The version `upload`, or the newest that can be had. Rejects as the model's `fileHistory` does. */
  async find({ uploader, path }: FileAddress, upload: string | undefined): Promise<FileFacts | NoFile> {
    const id = `${uploader}/${path}`;
    const row = this.#model.file(uploader, path);
    if (row?.isLocked === true)
      return {
        status: 403,
        message: `${id} is encrypted: sluice cat --identity KEYS reads it with your key`,
      };
    if (row?.digest !== undefined && isWhole(row) && (upload === undefined || row.upload === upload))
      return { path, upload: row.upload, size: row.size, digest: row.digest, mtime: row.mtime };
    const wanted = upload ?? (row !== undefined && isWhole(row) ? row.upload : undefined);
    const known = wanted === undefined ? undefined : this.#versions.get(`${id} ${wanted}`);
    if (known !== undefined && this.#now() - known.at < lasts) return known;
    const history = await this.#model.fileHistory(uploader, path);
    const sent = history.filter(({ what }) => what === 'sent').filter(isSent);
    const meant = sent.find((one) => upload === undefined || one.upload === upload);
    if (meant === undefined)
      return {
        status: 404,
        message: `there is no ${id}${upload === undefined ? '' : ' of that version'}`,
      };
    if (meant.isKept === false)
      return { status: 410, message: `the bytes of ${id} are not on the topic any more` };
    const mtime = row?.upload === meant.upload ? { mtime: row.mtime } : {};
    return this.#noted(id, { path, upload: meant.upload, size: meant.size, digest: meant.digest, ...mtime });
  }

  #noted(id: string, facts: FileFacts): FileFacts {
    const key = `${id} ${facts.upload}`;
    this.#versions.delete(key);
    this.#versions.set(key, { ...facts, at: this.#now() });
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= mostVersions) break;
      this.#versions.delete(oldest);
    }
    return facts;
  }
}

function isWhole(row: FileRow): boolean {
  return !['sending', 'aborted', 'removed'].includes(row.state) && row.upload !== '';
}

function isSent(event: FileEvent): event is FileEvent & { readonly size: number; readonly digest: string } {
  return event.size !== undefined && event.digest !== undefined;
}
