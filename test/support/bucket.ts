/** What stands in a bucket, seen by a client of the tests' own. */
import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { RunningS3 } from './s3.ts';

export interface Bucket {
  readonly name: string;
  /** Keys below a prefix, without the sink's own things, relative to it. */
  keys(prefix?: string): Promise<string[]>;
  /** Key -> SHA-256 of the bytes, relative to the prefix. */
  digests(prefix?: string): Promise<Record<string, string>>;
  metadata(key: string): Promise<Record<string, string>>;
  /** Keys of uploads in parts that are not completed. */
  open(): Promise<string[]>;
}

export async function makeBucket({ client, ...s3 }: RunningS3): Promise<Bucket> {
  const name = await s3.bucket();
  const keys = async (Prefix = ''): Promise<string[]> => {
    const found: string[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: name,
          Prefix,
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      );
      for (const { Key = '' } of page.Contents ?? []) found.push(Key.slice(Prefix.length));
      ContinuationToken = page.NextContinuationToken;
      if (ContinuationToken === undefined) break;
    }
    return found.filter((key) => !key.startsWith('.sluice/')).toSorted();
  };
  return {
    name,
    keys,
    async digests(prefix = '') {
      const found: Record<string, string> = {};
      for (const key of await keys(prefix)) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: prefix + key }));
        const hash = createHash('sha256');
        for await (const bytes of Body as AsyncIterable<Uint8Array>) hash.update(bytes);
        found[key] = hash.digest('hex');
      }
      return found;
    },
    async metadata(key) {
      const { Metadata = {} } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }));
      return Metadata;
    },
    async open() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
      return Uploads.flatMap(({ Key }) => Key ?? []);
    },
  };
}
