/** What is asked of one object that stands under its key, if it still is the one that was found. */
import { type ChecksumAlgorithm, createHasher } from '../../../records/checksum.ts';
import { isCode } from '../../store-fault.ts';
import type { ObjectLook, ObjectWriter } from '../contract.ts';

/** Of all its bytes; undefined where another one stands there by now, or none. */
export async function digestOfObject(
  objects: ObjectWriter,
  key: string,
  { tag }: ObjectLook,
  algorithm: ChecksumAlgorithm,
): Promise<string | undefined> {
  const hasher = createHasher(algorithm);
  try {
    for await (const bytes of objects.read(key, tag)) hasher.update(bytes);
  } catch (error) {
    if (isCode(error, 'ESTALE') || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return hasher.digest();
}
