/**
 * Digests of files while they pass. A small file is hashed where it is at hand; a large one by a thread, where
 * there are processors for it, so that hashing, which costs as much as all the rest, does not hold up Kafka and the disk.
 */
import { type ChecksumAlgorithm, createHasher, type Hasher } from '../../records/checksum.ts';
import type { FileHasher } from './file-hasher.ts';
import { hashThreads } from './threads.ts';

/** Below so many bytes telling a thread costs more than it saves. */
const threadFrom = 4 * 1024 * 1024;

/** A hasher for a file of `size` bytes. */
export function createFileHasher(algorithm: ChecksumAlgorithm, size: number): FileHasher {
  const isHere = size < threadFrom || hashThreads.most === 0;
  return isHere ? new HasherHere(algorithm) : hashThreads.hasher(algorithm);
}

class HasherHere implements FileHasher {
  readonly #hasher: Hasher;

  constructor(algorithm: ChecksumAlgorithm) {
    this.#hasher = createHasher(algorithm);
  }

  update(bytes: Uint8Array): undefined {
    this.#hasher.update(bytes);
  }

  async digest(): Promise<string> {
    return this.#hasher.digest();
  }

  drop(): void {}
}
