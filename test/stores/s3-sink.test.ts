/** A bucket as a sink: the contract of all sinks, and what only a bucket can show. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { S3Place } from '../../src/stores/place.ts';
import { openS3Sink } from '../../src/stores/s3/sink/open-sink.ts';
import { id, look, publishedAs } from '../contracts/sink/ground.ts';
import { sinkContract } from '../contracts/sink.ts';
import { type RunningS3, startS3 } from '../support/s3.ts';
import { waitFor } from '../support/wait.ts';

const cleanups: (() => unknown)[] = [];
let s3: RunningS3;
before(async () => {
  s3 = await startS3({
    after: (cleanup) => {
      cleanups.push(cleanup);
    },
  });
  Object.assign(process.env, s3.environment);
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const pathStyle = { pathStyle: true };

async function placeInBucket(): Promise<S3Place> {
  const bucket = await s3.bucket();
  return { store: 's3', bucket, prefix: 'backup/', url: `s3://${bucket}/backup` };
}

function openSink(place: S3Place, reader = 'office') {
  return openS3Sink(place, { s3: pathStyle, reader });
}

async function openUploads(Bucket: string): Promise<{ Key: string; UploadId: string }[]> {
  const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
  return Uploads.map(({ Key = '', UploadId = '' }) => ({ Key, UploadId }));
}

sinkContract('A bucket', 'in-order', async () => {
  const place = await placeInBucket();
  const Bucket = place.bucket;
  const keyOf = (target: string): string => place.prefix + target;
  return {
    open: () => openSink(place),
    read: async (target) => {
      try {
        const {
          Body,
          Metadata = {},
          ETag = '',
        } = await s3.client.send(new GetObjectCommand({ Bucket, Key: keyOf(target) }));
        const bytes = Buffer.from(await Body!.transformToByteArray());
        return { bytes, mode: Number.parseInt(Metadata.mode ?? '0', 8) & 0o7777, inode: ETag };
      } catch {
        return undefined;
      }
    },
    large: 12 * 1024 * 1024,
    write: async (target, text) => {
      // versitygw keeps what an object said of itself when another takes its place.
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(target) }));
      await s3.client.send(new PutObjectCommand({ Bucket, Key: keyOf(target), Body: text }));
    },
    remove: async (target) => {
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(target) }));
    },
    parts: async () => (await openUploads(Bucket)).map(({ Key }) => Key),
    cutPart: async () => {
      const open = await waitFor(async () => (await openUploads(Bucket))[0], { what: 'an open upload' });
      await s3.client.send(new AbortMultipartUploadCommand({ Bucket, ...open }));
    },
  };
});

test('An object says of itself what it is, by the names that rclone has', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  await sink.publishWhole(Buffer.from('x'), 'shöp/a.jpg', look, publishedAs('x'));
  const { Metadata, ContentType } = await s3.client.send(
    new HeadObjectCommand({ Bucket: place.bucket, Key: 'backup/shöp/a.jpg' }),
  );
  assert.deepEqual(Metadata, {
    mtime: '1700000000.123456',
    mode: '100640',
    md5chksum: Buffer.from(publishedAs('x').digest.slice(4), 'hex').toString('base64'),
    'sluice-upload': id(1),
    'sluice-uploader': 'sh%C3%B6p',
    'sluice-digest': publishedAs('x').digest,
    'sluice-size': '1',
  });
  assert.equal(ContentType, 'image/jpeg');
  await sink.close();
});
