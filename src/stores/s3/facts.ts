/** What S3 says of an object, in the words of all stores. Pure. */
import type { ObjectFacts } from '../objects/contract.ts';
import { keptLook } from '../objects/looks.ts';

/** What listings, HEAD and GET say, by AWS's names. */
export interface S3Facts {
  readonly ETag?: string | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

export function factsOf({ ETag = '', Size = 0, LastModified, Metadata }: S3Facts): ObjectFacts {
  const kept = keptLook(Metadata);
  const facts = { size: Size, tag: strongTag(ETag), written: LastModified?.getTime() ?? 0 };
  return kept === undefined ? facts : { ...facts, kept };
}

/**
 * What conditions go by. Caches and proxies that pack answers say of an ETag that it is weak (`W/"..."`): it names the same object as before,
 * which a condition never would (RFC 9110, 13.1.1), and which listings name without.
 */
export function strongTag(etag: string): string {
  return etag.replace(/^W\//, '');
}
