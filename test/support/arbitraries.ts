/** Random values that the format allows, for properties. */

import type { Attributes } from '../../src/records/attributes.ts';
import { checksumAlgorithms, digestOf } from '../../src/records/checksum.ts';
import type { FileFacts } from '../../src/records/file-facts.ts';
import type { UploadRef } from '../../src/records/file-record.ts';
import { pathFault, uploaderFault } from '../../src/records/path.ts';
import type { SourceFile } from '../../src/stores/contract.ts';
import fc from './properties.ts';

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

/** Seconds since the epoch as file systems have them: 64 bits, and those that once were the end of something. */
const anySecond: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt(-(2n ** 34n), 2n ** 34n),
  // 1601 (NTFS's zero), 1653, 1901, 1969, 2038, 2286, 2300, 2446, 9999, the first and the last of 64 bits.
  fc.constantFrom(
    ...[-11_644_473_600n, -10_003_478_400n, -2_147_483_648n, -1n, 0n, 2_147_483_648n, 10_000_000_000n],
    ...[10_413_792_000n, 15_032_385_535n, 253_402_214_400n, -(2n ** 63n), 2n ** 63n - 1n],
  ),
);

/** Nanoseconds since the epoch of any time that a file system can hold. */
export const anyTime: fc.Arbitrary<string> = fc
  .tuple(anySecond, fc.bigInt(0n, 999_999_999n))
  .map(([seconds, rest]) => String(seconds * 1_000_000_000n + rest));

export const anyLook: fc.Arbitrary<Pick<FileFacts, 'mtime' | 'mode'>> = fc.record({
  mtime: anyTime,
  mode: fc.integer({ min: 0, max: 0o7777 }),
});

const anyValue = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const anyOwner = fc.record(
  {
    ...{ uid: fc.nat(2 ** 32 - 2), gid: fc.nat(2 ** 32 - 2) },
    ...{ user: fc.constantFrom('ann', 'jürgen'), group: fc.constantFrom('staff', 'a b') },
  },
  { requiredKeys: [] },
);

/** Owners, extended attributes and ACLs that fit into a header. */
export const anyAttributes: fc.Arbitrary<Attributes> = fc
  .tuple(
    anyOwner,
    fc.record(
      {
        xattrs: fc
          .uniqueArray(fc.constantFrom('user.a', 'user.ü', 'trusted.x'))
          .chain((names) =>
            fc
              .tuple(...names.map(() => anyValue))
              .map((values) => Object.fromEntries(names.map((name, at) => [name, values[at]!]))),
          ),
        ...{ acl: anyValue, defaultAcl: anyValue },
      },
      { requiredKeys: [] },
    ),
  )
  .map(([owner, others]) => ({ ...owner, ...others }));

/** A file as a source finds it: sparse ones may be larger than a number counts, inodes have 64 bits. */
export const anySourceFile: fc.Arbitrary<SourceFile> = fc
  .record({
    path: anyPath,
    size: fc.oneof(fc.nat(10), anySize, fc.bigInt(0n, 2n ** 63n - 1n).map(Number)),
    ctime: anyTime,
    inode: fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n).map(String),
  })
  .chain((file) => anyLook.map((look) => ({ ...file, ...look })));

/** A digest that nothing need have. */
export const anyDigest: fc.Arbitrary<string> = fc
  .tuple(anyAlgorithm, anyBytes(8))
  .map(([algorithm, bytes]) => digestOf(algorithm, bytes));
