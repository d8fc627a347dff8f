/** What Azure says of a blob, in the words of all stores. Pure. */
import type { ObjectFacts } from '../objects/contract.ts';
import { keptLook } from '../objects/looks.ts';
import { commonMetadata } from './metadata-names.ts';

/** What listings and answers about one blob say, by Azure's names. */
export interface BlobFacts {
  readonly etag?: string | undefined;
  /** Of all of it. */
  readonly contentLength?: number | undefined;
  readonly lastModified?: Date | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export function factsOf({ etag, contentLength = 0, lastModified, metadata }: BlobFacts): ObjectFacts {
  const kept = keptLook(commonMetadata(metadata));
  const facts = { size: contentLength, tag: tagOf(etag), written: lastModified?.getTime() ?? 0 };
  return kept === undefined ? facts : { ...facts, kept };
}

/** Listings give an ETag bare, answers about one blob in quotes, as conditions want it, and caches with a word that it is weak (`W/"..."`), which no condition takes. */
export function tagOf(etag: string | undefined): string {
  const bare = (etag ?? '').replace(/^W\//, '').replaceAll('"', '');
  return bare === '' ? '' : `"${bare}"`;
}

/** Why a blob cannot be read now, by what a listing says of it; undefined when it can. */
export function archiveFault({
  accessTier,
  archiveStatus,
}: {
  readonly accessTier?: string | undefined;
  readonly archiveStatus?: string | undefined;
}): string | undefined {
  if (archiveStatus !== undefined && archiveStatus !== '')
    return `it is being rehydrated (${archiveStatus}); it is sent then`;
  return accessTier === 'Archive' ? 'it is archived: rehydrate it, and it is sent' : undefined;
}
