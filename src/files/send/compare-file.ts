/** A file whose inode was touched, while size and time are as they were sent: the digest tells whether the content is. */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { hashUpTo } from './hash-file.ts';
import type { SendContext } from './send-context.ts';

/** Remembers the file's new look where the content is the same. */
export async function compareFile(
  context: SendContext,
  file: SourceFile,
  sent: FileState,
): Promise<'same' | 'other' | 'stopped'> {
  const { source, state, progress } = context.options;
  const algorithm = sent.digest?.split(':')[0];
  if (algorithm !== 'md5' && algorithm !== 'sha256' && algorithm !== 'crc64nvme') return 'other';
  const handle = await source.open(file.path);
  const hasher = createFileHasher(algorithm, file.size);
  try {
    const read = await hashUpTo(context, handle, hasher, file.size);
    if (read === 'stopped') return read;
    if (read === 'short' || (await hasher.digest()) !== sent.digest) return 'other';
  } finally {
    hasher.drop();
    await handle.close();
  }
  const fingerprint = { size: file.size, mtime: file.mtime, ctime: file.ctime, inode: file.inode };
  state.set(file.path, { ...sent, fingerprint });
  progress.filesUnchanged++;
  return 'same';
}
