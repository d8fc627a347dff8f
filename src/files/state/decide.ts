/** What to do with a file that is ready, given what the uploader remembers of its path. Pure. */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';

export type Decision =
  /** Sent, and untouched since. */
  | { readonly action: 'unchanged' }
  /** Never sent, or another version now. `abort`: an unfinished upload of the former version to give up. */
  | { readonly action: 'send'; readonly reason: 'new' | 'changed'; readonly abort?: FileState }
  /** Half sent, and untouched since: go on after `from.acked` bytes. */
  | { readonly action: 'resume'; readonly from: FileState }
  /** Size and time as sent, but the inode was touched (or is not known): only the digest can tell. */
  | { readonly action: 'compare'; readonly sent: FileState };

export function decide(file: SourceFile, state: FileState | undefined): Decision {
  if (state === undefined) return { action: 'send', reason: 'new' };
  if (state.state === 'aborted') return { action: 'send', reason: 'changed' };
  const { fingerprint } = state;
  const sameContent = fingerprint.size === file.size && fingerprint.mtime === file.mtime;
  const sameInode = fingerprint.ctime === file.ctime && fingerprint.inode === file.inode;
  if (state.state === 'sent') {
    if (sameContent && sameInode) return { action: 'unchanged' };
    return sameContent ? { action: 'compare', sent: state } : { action: 'send', reason: 'changed' };
  }
  // Chunks that do not say their checksum as those before them would break the upload.
  return sameContent && sameInode && state.checksum !== undefined
    ? { action: 'resume', from: state }
    : { action: 'send', reason: 'changed', abort: state };
}
