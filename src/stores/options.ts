/** What some stores want to know of how they are reached; the others pass it over. */
import type { S3Options } from './s3/options.ts';

export interface StoreOptions {
  /** Of `s3://`, as far as AWS's environment and profiles do not say it. */
  readonly s3?: S3Options;
}

/** These alone, of options that have them among others. */
export function storeOptionsOf({ s3 }: StoreOptions): StoreOptions {
  return { ...(s3 === undefined ? {} : { s3 }) };
}
