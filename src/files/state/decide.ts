/** What to do with a file that is ready, given what the uploader remembers of its path. Pure. */
import { type ChecksumAlgorithm, checksumAlgorithm } from '../../records/checksum.ts';
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import type { Encryption } from '../shared/encryption.ts';
import type { Compare } from '../shared/options.ts';
import { lacksAttributes } from './fingerprint.ts';

export type Decision =
  /** Sent, and untouched since. */
  | { readonly action: 'unchanged' }
  /** Never sent, or another version now. `abort`: an unfinished upload of the former version to give up. */
  | { readonly action: 'send'; readonly reason: 'new' | 'changed'; readonly abort?: FileState }
  /** Half sent, and untouched since: go on after `from.acked` bytes. */
  | { readonly action: 'resume'; readonly from: FileState }
  /** Of the size that was sent, but touched since (or it is not known): only the digest can tell. */
  | { readonly action: 'compare'; readonly sent: FileState };

/** How this run would mark an upload as encrypted ({@link FileState}), or that it would not. */
export function sealedMark(
  encryption: Encryption | undefined,
  upload: string,
  checksum: ChecksumAlgorithm,
): { readonly sealed?: string } {
  return encryption === undefined ? {} : { sealed: `${checksum}:${encryption.markOf(upload)}` };
}

/** The algorithm of the digest to come of an upload that is half sent. */
export function checksumOf(state: FileState | undefined): ChecksumAlgorithm | undefined {
  const sealed = state?.sealed?.split(':', 1)[0];
  return sealed === undefined ? state?.checksum : checksumAlgorithm(sealed);
}

/** What of a tree is no file. */
export function kindOf({ link, isFolder }: SourceFile): FileState['kind'] {
  if (isFolder) return 'folder';
  return link === undefined ? undefined : 'link';
}

/** One of them is a link, or a folder: there is nothing to compare, or to go on with. */
function decideOnOther(file: SourceFile, state: FileState, encryption: Encryption | undefined): Decision {
  const isSame = (['size', 'mtime', 'ctime', 'inode'] as const).every(
    (name) => state.fingerprint[name] === file[name],
  );
  const isTold = isSame && !lacksAttributes(file, state.fingerprint, encryption);
  if (isTold && state.kind === kindOf(file)) return { action: 'unchanged' };
  const begun = state.state === 'sending' ? { abort: state } : {};
  return { action: 'send', reason: 'changed', ...begun };
}

/** What makes a file another one, and whether it is to be read though it looks as it was sent. */
export interface Comparison {
  readonly by: Compare;
  readonly isDue?: boolean;
}

export function decide(
  file: SourceFile,
  state: FileState | undefined,
  encryption?: Encryption,
  { by, isDue = false }: Comparison = { by: 'size,time' },
): Decision {
  if (state === undefined) return { action: 'send', reason: 'new' };
  if (state.state === 'aborted') return { action: 'send', reason: 'changed' };
  const { fingerprint } = state;
  if (state.kind !== undefined || kindOf(file) !== undefined) return decideOnOther(file, state, encryption);
  const sameContent = fingerprint.size === file.size && fingerprint.mtime === file.mtime;
  const sameInode = fingerprint.ctime === file.ctime && fingerprint.inode === file.inode;
  if (state.state === 'sent') {
    if (sameContent && sameInode && !isDue) {
      const lacks = lacksAttributes(file, fingerprint, encryption);
      return lacks ? { action: 'send', reason: 'changed' } : { action: 'unchanged' };
    }
    if (by === 'digest' && fingerprint.size === file.size) return { action: 'compare', sent: state };
    return sameContent ? { action: 'compare', sent: state } : { action: 'send', reason: 'changed' };
  }
  // Chunks that do not say their checksum as those before them would break the upload, and so would those for other readers.
  const checksum = checksumOf(state);
  const isAlike =
    checksum !== undefined && sealedMark(encryption, state.upload, checksum).sealed === state.sealed;
  return sameContent && sameInode && isAlike
    ? { action: 'resume', from: state }
    : { action: 'send', reason: 'changed', abort: state };
}
