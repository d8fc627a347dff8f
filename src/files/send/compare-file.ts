/** A file whose inode was touched, while size and time are as they were sent: the digest tells whether the content is. */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { fingerprintOf, hasOtherLook } from '../state/fingerprint.ts';
import { hashUpTo } from './hash-file.ts';
import type { SendContext } from './send-context.ts';

/** Remembers the file's new look where the content, the mode and the attributes are the same; `look`: the content alone is. */
export async function compareFile(
  context: SendContext,
  file: SourceFile,
  sent: FileState,
): Promise<'same' | 'look' | 'other' | 'stopped'> {
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
  if (hasOtherLook(file, sent.fingerprint)) return 'look';
  state.set(file.path, { ...sent, fingerprint: fingerprintOf(file, context.options.encryption) });
  progress.filesUnchanged++;
  return 'same';
}
