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
  const facts = { size: Size, tag: ETag, written: LastModified?.getTime() ?? 0 };
  return kept === undefined ? facts : { ...facts, kept };
}
