/** A bucket of Google Cloud Storage, as users write it. Pure. */
import type { ObjectsPlace } from '../objects/contract.ts';

export interface GcsPlace extends ObjectsPlace {
  readonly store: 'gcs';
  readonly bucket: string;
}

export const gcsForm = 'gs://BUCKET/PREFIX';

/** What stands behind `gs://`, or what is wrong with it. Keys are taken as they are: in one, `%`, `?` and `#` mean nothing. */
export function readGcs(rest: string): GcsPlace | string {
  const [, bucket = '', prefix = ''] = /^([^/]*)\/?(.*)$/s.exec(rest) ?? [];
  if (/^[^/]*@/.test(rest))
    return `has credentials in it; they come from Google's environment: write ${gcsForm}`;
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) return `names no bucket; write ${gcsForm}`;
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return { store: 'gcs', bucket, prefix: folder, url: `gs://${bucket}/${folder}`.replace(/\/$/, '') };
}
