/** Reads encrypted records (FORMAT.md, "Encrypted records"). What they say is believed no more than what others say. No I/O. */
import { createDecipheriv } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord } from '../kafka/contract.ts';
import { entryAttributes } from './attributes.ts';
import { checksumAlgorithms } from './checksum.ts';
import { cipherInPlace } from './cipher-in-place.ts';
import { checkFileRecord, type FileRecord } from './file-record.ts';
import { HeaderReader } from './headers.ts';
import { decodersOfNames, isNamesKind } from './names-record.ts';
import { decodePack, packFilesLimit } from './pack.ts';
import { pathFault, uploaderFault } from './path.ts';
import {
  boundOf,
  contentLimit,
  isOfMany,
  lengthBytes,
  nonceOf,
  numbers,
  type SealedKind,
  type SealedRecord,
  tagBytes,
} from './sealed-form.ts';
import { stripesOf } from './stripes.ts';
import { entryTraceparent } from './traceparent.ts';
import { isUploadId } from './upload-id.ts';

const common = { path: z.string().optional() };
const coding = {
  coding: z.literal('zstd').optional(),
  length: z.number().int().min(0).max(contentLimit).optional(),
};
const shapes = {
  chunk: z.object({ ...common, ...coding, checksum: z.enum(checksumAlgorithms) }),
  close: z.object({
    ...common,
    ...{ digest: z.string(), mtime: z.string(), mode: z.string().regex(/^[0-7]{4}$/) },
    attributes: z.unknown().optional(),
    traceparent: z.unknown().optional(),
    stripes: z.string().optional(),
  }),
  abort: z.object({ ...common, reason: z.string() }),
  pack: z.object({ ...coding, index: z.number().int().nonnegative() }),
  remove: z.object(coding),
  link: z.object(coding),
  folder: z.object(coding),
  'hard-link': z.object(coding),
} as const;

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads a record of version 2, and verifies nothing but its form. Throws FormatError. */
export function decodeSealed(record: ConsumedRecord): SealedRecord {
  const headers = new HeaderReader(record);
  const names = ['sluice', 'kind', 'uploader'];
  const kind = headers.text('kind');
  if (!isKind(kind)) throw new FormatError(`unknown kind "${kind.slice(0, 20)}"`);
  const many = isOfMany(kind);
  if (!many) names.push('path', 'upload');
  if (kind === 'chunk' || kind === 'close') names.push('size');
  if (kind === 'chunk') names.push('offset');
  if (many) names.push('files');
  names.push('key');
  if (headers.has('lock')) names.push('lock');
  const integer = (name: string): number => (names.includes(name) ? headers.integer(name) : 0);
  const [uploader, path, upload] = ['uploader', 'path', 'upload'].map((name) => {
    return names.includes(name) ? headers.text(name) : '';
  }) as [string, string, string];
  const fault = uploaderFault(uploader) ?? (many ? undefined : pathFault(path));
  if (fault !== undefined) throw new FormatError(fault);
  if (!many && !isUploadId(upload)) throw new FormatError('its upload is not 32 hex digits');
  const files = integer('files');
  if (files > packFilesLimit) throw new FormatError(`${files} files in a pack, ${packFilesLimit} at most`);
  return {
    kind: 'sealed',
    of: kind,
    ...{ uploader, path, upload, files },
    ...{ size: integer('size'), offset: integer('offset') },
    key: headers.matching('key', base64),
    lock: headers.has('lock') ? headers.matching('lock', base64) : undefined,
    bound: boundOf(names.map((name) => Buffer.from(headers.text(name)))),
    value: record.value ?? new Uint8Array(0),
  };
}

function isKind(kind: string): kind is SealedKind {
  return Object.hasOwn(numbers, kind);
}

/**
 * What a sealed record says, under the rules of all records; its value is decrypted where it is, and can be opened once.
 * Throws FormatError for what was changed, moved or cut, and for another key.
 */
export function openSealed(record: SealedRecord, secret: Uint8Array): FileRecord {
  const plain = decrypted(record, secret);
  const length = plain.length < lengthBytes ? Number.NaN : plain.readUInt32BE(0);
  if (!(lengthBytes + length <= plain.length))
    throw new FormatError('an encrypted record that holds nothing');
  const text = plain.toString('utf8', lengthBytes, lengthBytes + length);
  const opened = build(record, text, plain.subarray(lengthBytes + length));
  if (opened.kind === 'chunk' || opened.kind === 'close' || opened.kind === 'abort') checkFileRecord(opened);
  return opened;
}

function decrypted({ of, offset, bound, value }: SealedRecord, secret: Uint8Array): Buffer {
  const end = Math.max(0, value.length - tagBytes);
  const plain = Buffer.from(value.buffer, value.byteOffset, end);
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, nonceOf(of, offset), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(bound);
    decipher.setAuthTag(value.subarray(end));
    cipherInPlace(decipher, plain);
    decipher.final();
    return plain;
  } catch (cause) {
    throw new FormatError('it is encrypted, and is not what was written there: changed, moved or cut', {
      cause,
    });
  }
}

function build(record: SealedRecord, text: string, content: Buffer): FileRecord {
  const { uploader, upload, size, offset, path: sealedPath } = record;
  if (record.of === 'pack') {
    const facts = factsOf('pack', text);
    return { kind: 'pack', uploader, ...decodePack(expanded(content, facts), record.files, facts.index) };
  }
  if (isNamesKind(record.of))
    return decodersOfNames[record.of](uploader, expanded(content, factsOf(record.of, text)), record.files);
  const ref = (path = sealedPath) => ({ uploader, path, upload, sealed: sealedPath });
  if (record.of === 'chunk') {
    const { path, checksum, ...facts } = factsOf('chunk', text);
    return { kind: 'chunk', ...ref(path), size, offset, checksum, bytes: expanded(content, facts) };
  }
  if (record.of === 'abort') {
    const { path, reason } = factsOf('abort', text);
    return { kind: 'abort', ...ref(path), reason };
  }
  const { path, digest, mtime, mode, stripes, ...rest } = factsOf('close', text);
  const where = stripes === undefined ? {} : { stripes: stripesOf(stripes) };
  const facts = {
    size,
    digest,
    mtime,
    mode: Number.parseInt(mode, 8),
    ...entryAttributes(rest),
    ...entryTraceparent(rest),
  };
  return { kind: 'close', ...ref(path), ...facts, ...where };
}

function factsOf<K extends SealedKind>(kind: K, text: string): z.infer<(typeof shapes)[K]> {
  try {
    return shapes[kind].parse(JSON.parse(text)) as z.infer<(typeof shapes)[K]>;
  } catch (cause) {
    throw new FormatError(`an encrypted ${kind} record does not say what it must`, { cause });
  }
}

function expanded(
  content: Buffer,
  { coding, length = 0 }: { coding?: 'zstd' | undefined; length?: number | undefined },
): Uint8Array {
  if (coding === undefined) return content;
  let bytes: Buffer;
  try {
    bytes = zstdDecompressSync(content, { maxOutputLength: Math.max(1, length) });
  } catch (cause) {
    throw new FormatError('what an encrypted record holds cannot be expanded to its length', { cause });
  }
  if (bytes.length !== length)
    throw new FormatError(`an encrypted record holds ${bytes.length} bytes, and says ${length}`);
  return bytes;
}
