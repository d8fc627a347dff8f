/** What of a tree is no file, each kind by records of its own. */
import {
  encodeFolders,
  type FolderEntry,
  folderEntryText,
  folderHeaders,
} from '../../records/folder-record.ts';
import { encodeLinks, type LinkEntry, linkEntryText, linkHeaders } from '../../records/link-record.ts';
import type { FileState } from '../../records/state-record.ts';
import { saidOf } from './fit-attributes.ts';
import { type NameKind, SendNames, type SendNamesOptions } from './send-names.ts';

const link: NameKind<LinkEntry> = {
  kind: 'link',
  called: 'a symbolic link',
  entryOf: ({ path, link: target = '', mtime, ...file }, upload) => ({
    path,
    upload,
    target,
    mtime,
    ...saidOf(file),
  }),
  text: linkEntryText,
  headers: linkHeaders,
  encode: encodeLinks,
  event: ({ path, upload, target }) => ({ type: 'link-sent', path, upload, to: target }),
};

const folder: NameKind<FolderEntry> = {
  kind: 'folder',
  called: 'a folder',
  entryOf: ({ path, mode, mtime, ...file }, upload) => ({ path, upload, mode, mtime, ...saidOf(file) }),
  text: folderEntryText,
  headers: folderHeaders,
  encode: encodeFolders,
  event: ({ path, upload }) => ({ type: 'folder-sent', path, upload }),
};

/** A sender for each kind; `done` resolves when all that they were given is sent, or the run has failed. */
export interface SendOthers
  extends Readonly<Record<NonNullable<FileState['kind']>, Pick<SendNames<LinkEntry>, 'push'>>> {
  done(): Promise<void>;
}

export function sendOthers(options: SendNamesOptions): SendOthers {
  const senders = { link: new SendNames(link, options), folder: new SendNames(folder, options) };
  const done = async (): Promise<void> => {
    await Promise.all([senders.link.done(), senders.folder.done()]);
  };
  return { ...senders, done };
}
