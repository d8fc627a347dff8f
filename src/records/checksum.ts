/**
 * Digests of file contents. A digest is written `algorithm:hex`, as `md5:d41d8cd98f00b204e9800998ecf8427e`, so that
 * whoever reads a record can verify it without knowing how its uploader was configured.
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { FormatError } from '../errors.ts';
import { Crc64Nvme } from './crc64nvme.ts';

export const checksumAlgorithms = ['md5', 'sha256', 'crc64nvme'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

const digestLength: Record<ChecksumAlgorithm, number> = { md5: 32, sha256: 64, crc64nvme: 16 };

/** Takes a file's bytes in order, once, and says their digest. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** `algorithm:hex`; ends the hasher. */
  digest(): string;
}

class NodeHasher implements Hasher {
  readonly #algorithm: ChecksumAlgorithm;
  readonly #hash: Hash;

  constructor(algorithm: ChecksumAlgorithm) {
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): string {
    return `${this.#algorithm}:${this.#hash.digest('hex')}`;
  }
}

export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  return algorithm === 'crc64nvme' ? new Crc64Nvme() : new NodeHasher(algorithm);
}

/** The digest of bytes that are all at hand: cheaper than a hasher for small files. */
export function digestOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  if (algorithm !== 'crc64nvme') return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
  const hasher = new Crc64Nvme();
  hasher.update(bytes);
  return hasher.digest();
}

/** An algorithm by its name. Throws FormatError for an unknown one. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name);
  if (found !== undefined) return found;
  throw new FormatError(`unknown checksum "${name.slice(0, 40)}": expected md5, sha256 or crc64nvme`);
}

/** The algorithm of a written digest. Throws FormatError for an unknown one or a wrong length. */
export function algorithmOf(digest: string): ChecksumAlgorithm {
  const colon = digest.indexOf(':');
  const name = checksumAlgorithm(digest.slice(0, Math.max(0, colon)));
  const hex = digest.slice(colon + 1);
  if (hex.length !== digestLength[name] || !/^[0-9a-f]+$/.test(hex)) {
    throw new FormatError(`${name} digest must be ${digestLength[name]} lower-case hex digits`);
  }
  return name;
}
