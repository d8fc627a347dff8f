/** How an object is kept, and what it says of itself beside its metadata: what writes it anew says all of that again. Pure. */
import type { HeadObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3';

/** By AWS's names, for a request that writes. */
export type Kept = Pick<PutObjectCommandInput, (typeof names)[number]>;

const names = [
  ...(['CacheControl', 'ContentDisposition', 'ContentEncoding', 'ContentLanguage', 'ContentType'] as const),
  ...(['Expires', 'WebsiteRedirectLocation', 'StorageClass'] as const),
  ...(['ServerSideEncryption', 'SSEKMSKeyId', 'BucketKeyEnabled'] as const),
] as const;

/** Of an object that stands there. */
export function keptOf(head: HeadObjectCommandOutput): Kept {
  return Object.fromEntries(names.flatMap((name) => (head[name] === undefined ? [] : [[name, head[name]]])));
}
