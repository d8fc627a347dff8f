/** What some stores want to know of how they are reached; the others pass it over. */
import type { GcsOptions } from './gcs/options.ts';
import type { S3Options } from './s3/options.ts';

export interface StoreOptions {
  /** Of `s3://`, as far as AWS's environment and profiles do not say it. */
  readonly s3?: S3Options;
  /** Of `gs://`, as far as Google's environment does not say it. */
  readonly gcs?: GcsOptions;
}

/** These alone, of options that have them among others. */
export function storeOptionsOf({ s3, gcs }: StoreOptions): StoreOptions {
  return { ...(s3 === undefined ? {} : { s3 }), ...(gcs === undefined ? {} : { gcs }) };
}
