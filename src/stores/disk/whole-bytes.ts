/** Small files that are replaced as a whole: written under a name of their own first, and known by a digest of all their bytes. */
import { createHash } from 'node:crypto';
import { openAnew } from './open-anew.ts';

/** Resolves when a new file of this name holds the bytes, and would after a power cut. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await openAnew(path);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What a whole file is replaced by, as an ETag is: hexadecimal SHA-256. */
export function tagOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
