/** A bucket of S3, as users write it. Pure. */
import type { ObjectsPlace } from '../objects/contract.ts';

export interface S3Place extends ObjectsPlace {
  readonly store: 's3';
  /** The bucket's name, or the ARN of an access point. */
  readonly bucket: string;
}

export const s3Form = 's3://BUCKET/PREFIX';

/** What stands behind `s3://`, or what is wrong with it. Keys are taken as they are: in one, `%`, `?` and `#` mean nothing. */
export function readS3(rest: string): S3Place | string {
  const [, bucket = '', prefix = ''] = /^(arn:[^/]*[:/]accesspoint\/[^/]+|[^/]*)\/?(.*)$/s.exec(rest) ?? [];
  if (/^[^/]*@/.test(rest))
    return `has keys in it; they come from AWS's environment and profiles: write ${s3Form}`;
  if (!/^(?:arn:[\w:/.-]+|[a-z0-9][\w.-]{1,254})$/i.test(bucket)) return `names no bucket; write ${s3Form}`;
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return { store: 's3', bucket, prefix: folder, url: `s3://${bucket}/${folder}`.replace(/\/$/, '') };
}
