/**
 * Writes encrypted records (FORMAT.md, "Encrypted records"): chunk, close, abort and pack again, of which only what readers without a
 * key need stands in clear. Each can be verified by itself, and is bound to all of its headers. What is handed in to be encrypted is
 * encrypted where it is: its memory becomes the record's. No I/O; keys are handed in.
 */
import { createCipheriv } from 'node:crypto';
import type { Header, NewRecord } from '../kafka/contract.ts';
import { cipherInPlace } from './cipher-in-place.ts';
import { modeText } from './file-facts.ts';
import { type Abort, type Chunk, type Close, checkFileRecord, encodePack } from './file-record.ts';
import { fixedHeader, textHeader } from './headers.ts';
import type { NamesRecord } from './names-record.ts';
import type { PackEntry } from './pack.ts';
import {
  boundOf,
  type Coded,
  lengthBytes,
  nonceOf,
  type SealedKind,
  type SealedRecord,
  type Sealing,
  sealedVersion,
  type WrappedKey,
} from './sealed-form.ts';
import { homeHeader, stripesText } from './stripes.ts';

/** Headers of a sealed record without its key, in the order in which they are bound. */
function headersOf(
  kind: SealedKind,
  uploader: string,
  { key, path }: Sealing,
  { upload, size, offset, files }: Partial<Pick<SealedRecord, 'upload' | 'size' | 'offset' | 'files'>>,
): Header[] {
  const headers = [
    textHeader('sluice', sealedVersion),
    textHeader('kind', kind),
    textHeader('uploader', uploader),
  ];
  if (upload !== undefined) headers.push(textHeader('path', path), textHeader('upload', upload));
  if (size !== undefined) headers.push(fixedHeader('size', size));
  if (offset !== undefined) headers.push(fixedHeader('offset', offset));
  if (files !== undefined) headers.push(fixedHeader('files', files));
  headers.push(textHeader('key', key.key));
  if (key.lock !== undefined) headers.push(textHeader('lock', key.lock));
  return headers;
}

function sealed(
  kind: SealedKind,
  secret: Uint8Array,
  offset: number,
  headers: readonly Header[],
  facts: object,
  content: readonly Uint8Array[],
): NewRecord {
  const cipher = createCipheriv('aes-256-gcm', secret, nonceOf(kind, offset));
  cipher.setAAD(boundOf(headers.map(([, value]) => value)));
  const text = Buffer.from(JSON.stringify(facts));
  const head = Buffer.alloc(lengthBytes + text.length);
  head.writeUInt32BE(text.length);
  text.copy(head, lengthBytes);
  const value = [head, ...content];
  for (const piece of value) cipherInPlace(cipher, piece);
  cipher.final();
  return { headers, value: [...value, cipher.getAuthTag()] };
}

/** The real path, where another stands on the topic. */
function hidden(path: string, sealing: Sealing): { readonly path?: string } {
  return sealing.path === path ? {} : { path };
}

/** What is said of content that has been made smaller. */
function codedFacts(coded: Coded, length: number) {
  return coded === undefined ? {} : { coding: 'zstd', length };
}

export function sealChunk(sealing: Sealing, chunk: Omit<Chunk, 'kind'>, coded?: Coded): NewRecord {
  checkFileRecord({ kind: 'chunk', ...chunk });
  const { uploader, path, checksum, offset, bytes } = chunk;
  const facts = { ...hidden(path, sealing), checksum, ...codedFacts(coded, bytes.length) };
  const headers = headersOf('chunk', uploader, sealing, chunk);
  const record = sealed('chunk', sealing.key.secret, offset, headers, facts, [coded ?? bytes]);
  // Not bound: whoever changes it can as well take the record away.
  return { ...record, headers: [...headers, ...homeHeader(chunk.home)] };
}

export function sealClose(sealing: Sealing, close: Omit<Close, 'kind'>): NewRecord {
  checkFileRecord({ kind: 'close', ...close });
  const { uploader, path, upload, size, digest, mtime, mode, attributes, traceparent, stripes } = close;
  const said = {
    ...(attributes === undefined ? {} : { attributes }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const where = stripes === undefined ? {} : { stripes: stripesText(stripes) };
  const facts = { ...hidden(path, sealing), digest, mtime, mode: modeText(mode), ...said, ...where };
  return sealed(
    'close',
    sealing.key.secret,
    0,
    headersOf('close', uploader, sealing, { upload, size }),
    facts,
    [],
  );
}

export function sealAbort(sealing: Sealing, abort: Omit<Abort, 'kind'>): NewRecord {
  const reason = abort.reason.slice(0, 500).toWellFormed();
  checkFileRecord({ kind: 'abort', ...abort, reason });
  const { uploader, path, upload } = abort;
  const headers = headersOf('abort', uploader, sealing, { upload });
  return sealed('abort', sealing.key.secret, 0, headers, { ...hidden(path, sealing), reason }, []);
}

/** Where a pack is made smaller, all of it is, and it is at hand in one piece then. */
export async function sealPack(
  key: WrappedKey,
  uploader: string,
  entries: readonly PackEntry[],
  contents: readonly Uint8Array[],
  code: (value: readonly Uint8Array[]) => Promise<Coded>,
): Promise<NewRecord> {
  const [index, ...others] = encodePack(uploader, entries, contents).value as readonly Uint8Array[];
  const value = [index!, ...others];
  const coded = await code(value);
  const length = value.reduce((sum, piece) => sum + piece.length, 0);
  const facts = { index: index!.length, ...codedFacts(coded, length) };
  const headers = headersOf('pack', uploader, { key, path: '' }, { files: entries.length });
  return sealed('pack', key.secret, 0, headers, facts, coded === undefined ? value : [coded]);
}

/** A record of many names, as it was encoded: they are all in its value, and none stands in clear. */
export function sealNames(
  key: WrappedKey,
  kind: NamesRecord['kind'],
  uploader: string,
  files: number,
  { value }: Pick<NewRecord, 'value'>,
): NewRecord {
  const headers = headersOf(kind, uploader, { key, path: '' }, { files });
  return sealed(kind, key.secret, 0, headers, {}, [value as Uint8Array]);
}

/** More bytes than sealing adds to a chunk, closing record or pack of one path, in headers and value, beside the path in its header. */
export function sealedOverhead({ key, lock = '' }: WrappedKey, path: string): number {
  return key.length + lock.length + 512 + 6 * path.length;
}
