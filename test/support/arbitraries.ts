/** Random values that the format allows, for properties. */
import fc from 'fast-check';
import { checksumAlgorithms, digestOf } from '../../src/records/checksum.ts';
import type { FileFacts } from '../../src/records/file-facts.ts';
import type { UploadRef } from '../../src/records/file-record.ts';
import { pathFault, uploaderFault } from '../../src/records/path.ts';

/** Relative paths of any script, with all the characters that a record may hold. */
export const anyPath: fc.Arbitrary<string> = fc
  .array(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 5 })
  .map((segments) => segments.join('/'))
  .filter((path) => pathFault(path) === undefined);

export const anyUploader: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => uploaderFault(name) === undefined);

export const anyUploadId: fc.Arbitrary<string> = fc
  .bigInt(0n, 2n ** 128n - 1n)
  .map((id) => id.toString(16).padStart(32, '0'));

export const anyRef: fc.Arbitrary<UploadRef> = fc.record({
  uploader: anyUploader,
  path: anyPath,
  upload: anyUploadId,
});

export const anyAlgorithm = fc.constantFrom(...checksumAlgorithms);
export const anySize = fc.maxSafeNat();
export const anyBytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

export const anyLook: fc.Arbitrary<Pick<FileFacts, 'mtime' | 'mode'>> = fc.record({
  mtime: fc.bigInt(-(10n ** 18n), 10n ** 19n - 1n).map(String),
  mode: fc.integer({ min: 0, max: 0o7777 }),
});

/** A digest that nothing need have. */
export const anyDigest: fc.Arbitrary<string> = fc
  .tuple(anyAlgorithm, anyBytes(8))
  .map(([algorithm, bytes]) => digestOf(algorithm, bytes));
