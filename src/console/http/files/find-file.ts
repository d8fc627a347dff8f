/** Which version of a file is meant, by what the model knows. */
import type { ConsoleModel, FileEvent, FileRow } from '../../contract.ts';
import type { FileAddress } from './address.ts';
import type { FileFacts } from './answer.ts';

/** Why there is nothing to send. */
export interface NoFile {
  readonly status: 403 | 404 | 410;
  readonly message: string;
}

/** The version `upload`, or the newest that can be had. */
export async function findFile(
  model: ConsoleModel,
  { uploader, path }: FileAddress,
  upload: string | undefined,
): Promise<FileFacts | NoFile> {
  const id = `${uploader}/${path}`;
  const row = rowOf(model, uploader, id);
  if (row?.isLocked === true)
    return { status: 403, message: `${id} is encrypted: sluice cat --identity KEYS reads it with your key` };
  if (row !== undefined && isWhole(row) && (upload === undefined || row.upload === upload))
    return { path, upload: row.upload, size: row.size, digest: row.digest, mtime: row.mtime };
  const history = await model.fileHistory(uploader, path);
  const sent = history.filter(({ what }) => what === 'sent').filter(isSent);
  const meant = sent.find((one) => upload === undefined || one.upload === upload);
  if (meant === undefined)
    return { status: 404, message: `there is no ${id}${upload === undefined ? '' : ' of that version'}` };
  if (meant.isKept === false)
    return { status: 410, message: `the bytes of ${id} are not on the topic any more` };
  return { path, upload: meant.upload, size: meant.size, digest: meant.digest };
}

/** The model looks for text that names contain: the one that is all of it is the only one that is meant. */
function rowOf(model: ConsoleModel, uploader: string, id: string): FileRow | undefined {
  // A longer text, and what a glob would mean, is found by the history.
  if (id.length > 256 || id.includes('*')) return undefined;
  return model.files({ search: id, uploader, limit: 500 }).files.find((row) => row.id === id);
}

function isWhole(row: FileRow): row is FileRow & { readonly digest: string } {
  return row.digest !== undefined && !['sending', 'aborted', 'removed'].includes(row.state);
}

function isSent(event: FileEvent): event is FileEvent & { readonly size: number; readonly digest: string } {
  return event.size !== undefined && event.digest !== undefined;
}
