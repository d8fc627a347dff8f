/** Reading a file for its digest alone: what was sent by an earlier run, or may have been. */
import type { OpenFile } from '../../stores/contract.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import type { SendContext } from './send-context.ts';

/**
 * Hashes the first `end` bytes of a file. `short`: it ends before; `stopped`: the signal came, which a file of many gigabytes
 * is not to hold up.
 */
export async function hashUpTo(
  context: SendContext,
  handle: OpenFile,
  hasher: FileHasher,
  end: number,
): Promise<'all' | 'short' | 'stopped'> {
  const { buffers, signal } = context.options;
  if (end === 0) return 'all';
  const buffer = await context.takeBuffer();
  try {
    for (let at = 0; at < end; ) {
      if (signal.aborted) return 'stopped';
      const wanted = Math.min(buffer.length, end - at);
      const bytes = buffer.subarray(0, await handle.read(buffer.subarray(0, wanted), at));
      if (bytes.length === 0) return 'short';
      await hasher.update(bytes);
      at += bytes.length;
    }
    return 'all';
  } finally {
    buffers.give(buffer);
  }
}
