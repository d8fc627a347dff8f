/** What a record of `T.state` says of a file, as it is shown. Pure. */
import { listedDate, listedMtime } from '../../files/state/listed-facts.ts';
import type { FileState } from '../../records/state-record.ts';
import type { FileFacts } from './file-rows.ts';

/** Undefined for what is no file: a link, a folder. */
export function factsOf(state: FileState, at: number): FileFacts | undefined {
  if (state.kind !== undefined) return undefined;
  const { fingerprint, acked, upload, partition, last, sealed, hidden } = state;
  const word = wordOf(state);
  const place = { upload, partition, last };
  const facts = { state: word, size: fingerprint.size, mtime: listedMtime(fingerprint.mtime), ...place };
  const isLocked = sealed !== undefined || hidden !== undefined;
  const done = word === 'sending' || word === 'aborted' ? acked : fingerprint.size;
  return { ...facts, at: listedDate(at), done, isLocked };
}

function wordOf({ state, before, upload, stands, acked }: FileState): FileFacts['state'] {
  if (state !== 'aborted') return state;
  // It was sent, and is to be sent again: readers have it.
  if (before?.upload === upload) return 'sent';
  return before === undefined && stands === undefined && acked === 0 ? 'removed' : 'aborted';
}
