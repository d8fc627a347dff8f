/** A file whose inode was touched, while size and time are as they were sent: the digest tells whether the content is. */
import type { FileState } from '../../records/state-record.ts';
import type { SourceFile } from '../../stores/contract.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { fingerprintOf, hasOtherMode } from '../state/fingerprint.ts';
import { hashUpTo } from './hash-file.ts';
import type { SendContext } from './send-context.ts';

/** Remembers the file's new look where the content and the mode are the same; `mode`: the content alone is. */
export async function compareFile(
  context: SendContext,
  file: SourceFile,
  sent: FileState,
): Promise<'same' | 'mode' | 'other' | 'stopped'> {
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
  if (hasOtherMode(file, sent.fingerprint)) return 'mode';
  state.set(file.path, { ...sent, fingerprint: fingerprintOf(file, context.options.encryption) });
  progress.filesUnchanged++;
  return 'same';
}
