/**
 * The form of encrypted records, version 2 of the format (FORMAT.md, "Encrypted records"): what writers and readers of them share. No I/O.
 */
import type { FileRecord } from './file-record.ts';
import { isNamesKind } from './names-record.ts';

export const sealedVersion = '2';
/** Bytes of a record's content, whatever it was compressed to: what a reader allocates by what a record says. */
export const contentLimit = 64 * 1024 * 1024;
export const tagBytes = 16;
export const lengthBytes = 4;

/** What can be encrypted: a copy would say which files are equal, and is not written of such (FORMAT.md, "Copy"). */
export type SealedKind = Exclude<FileRecord['kind'], 'copy' | 'delta'>;

/** The key of a few records, and how it stands beside them. */
export interface WrappedKey {
  /** 32 random bytes, of one upload in one run, or of one pack. */
  readonly secret: Uint8Array;
  /** The same as an age file, in base64. */
  readonly key: string;
  /** The identity for which the age file is, as an age file that a passphrase opens, in base64. */
  readonly lock?: string | undefined;
}

/** What is written of a record, beside what its values say. */
export interface Sealing {
  readonly key: WrappedKey;
  /** What stands on the topic in the place of the path: itself, or its keyed hash. */
  readonly path: string;
}

/** Content that has been made smaller. */
export type Coded = Uint8Array | undefined;

/** A record that cannot be read without its key; verified by {@link openSealed} alone. */
export interface SealedRecord {
  readonly kind: 'sealed';
  readonly of: SealedKind;
  readonly uploader: string;
  /** As they stand there; empty of a pack, and of a removing record. */
  readonly path: string;
  readonly upload: string;
  readonly size: number;
  readonly offset: number;
  /** Of a pack, and of a removing record. */
  readonly files: number;
  readonly key: string;
  readonly lock: string | undefined;
  /** The values of its headers, to which the value is bound. */
  readonly bound: Uint8Array;
  readonly value: Uint8Array;
}

export const numbers = {
  chunk: 1,
  close: 2,
  abort: 3,
  pack: 4,
  remove: 5,
  link: 6,
  folder: 7,
  'hard-link': 8,
} as const satisfies Record<SealedKind, number>;

/** Each value, with a NUL behind it: none can have one. */
export function boundOf(values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(values.flatMap((value) => [value, nul]));
}
const nul = new Uint8Array(1);

/** Each key seals one record of a kind and offset: whoever makes keys sees to it. */
export function nonceOf(kind: SealedKind, offset: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce[0] = numbers[kind];
  nonce.writeBigUInt64BE(BigInt(offset), 4);
  return nonce;
}

/** True for a record that tells of many files, each named in its value alone. */
export function isOfMany(kind: FileRecord['kind']): boolean {
  return kind === 'pack' || isNamesKind(kind);
}
