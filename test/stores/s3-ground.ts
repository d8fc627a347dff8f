/** A bucket and a topic of a test's own, and the command line between them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { testBroker } from '../support/broker.ts';
import { differences } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { RunningS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

export interface S3Ground {
  readonly bucket: string;
  readonly topic: string;
  readonly bootstrapServers: string;
  /** What is put below `in/` of the bucket stands here too, for `diff`. */
  readonly folder: string;
  /** `sluice upload` of `in/`, with `--once` unless it watches. */
  readonly args: readonly string[];
  put(path: string, body: Uint8Array, metadata?: Record<string, string>): Promise<void>;
  /** Fetches all of the topic; what `diff -r` and the downloader have to say, empty when all is well. */
  faults(): Promise<string>;
}

export async function s3Ground(t: TestContext, s3: RunningS3): Promise<S3Ground> {
  const [bucket, { bootstrapServers }] = [await s3.bucket(), await testBroker()];
  const topic = uniqueTopic('from-s3');
  const folder = await temporaryFolder(t);
  const reach = ['--topic', topic, '--bootstrap-servers', bootstrapServers];
  return {
    bucket,
    topic,
    bootstrapServers,
    folder,
    args: ['upload', '--from', `s3://${bucket}/in`, '--name', 'cloud', ...reach],
    async put(path, Body, Metadata) {
      const Key = `in/${path}`;
      await s3.client.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body, ...(Metadata === undefined ? {} : { Metadata }) }),
      );
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), Body);
    },
    async faults() {
      const sink = await temporaryFolder(t);
      const { code, stderr } = await runSluice(['download', '--to', sink, '--once', ...reach]);
      const ended = code === 0 ? '' : `the downloader ended with ${code}: ${stderr}`;
      return (await differences(folder, join(sink, 'cloud'))) + ended;
    },
  };
}
