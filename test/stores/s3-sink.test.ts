/** A bucket as a sink: the contract of all sinks, and what only a bucket can show. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ConfigurationError } from '../../src/errors.ts';
import { openSinkAt } from '../../src/stores/open.ts';
import type { S3Place } from '../../src/stores/s3/place.ts';
import { SinkLostError } from '../../src/stores/sink-lost.ts';
import { remembered } from '../contracts/sink/checkpoints.ts';
import { id, look, partOf, publishedAs } from '../contracts/sink/ground.ts';
import { groupPlace } from '../contracts/sink/group.ts';
import { sharedPlace } from '../contracts/sink/in-order.ts';
import { type SinkGround, sinkContract } from '../contracts/sink.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type RunningS3, s3Variable, startS3 } from '../support/s3.ts';
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
  return openSinkAt(place, { s3: pathStyle, reader });
}

async function openUploads(Bucket: string): Promise<{ Key: string; UploadId: string }[]> {
  const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket }));
  return Uploads.map(({ Key = '', UploadId = '' }) => ({ Key, UploadId }));
}

async function ground(): Promise<SinkGround> {
  const place = await placeInBucket();
  const Bucket = place.bucket;
  const keyOf = (target: string): string => place.prefix + target;
  return {
    open: (reader) => openSink(place, reader),
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
      // A part that was still on its way would stand there afterwards.
      const stands = async () =>
        (await s3.client.send(new ListPartsCommand({ Bucket, ...open }))).Parts?.length;
      await waitFor(stands, { what: 'a part of it' });
      await s3.client.send(new AbortMultipartUploadCommand({ Bucket, ...open }));
    },
  };
}

sinkContract('A bucket', 'in-order', ground);
// S3Mock also removes what stands under a key when an upload in parts to it is aborted.
if (process.env[s3Variable] !== 's3mock') {
  sharedPlace(ground);
  groupPlace(async () => {
    const place = await placeInBucket();
    return (reader, group) => openSinkAt(place, { s3: pathStyle, reader, group });
  });
}

/** An open upload, as the receiver remembers it. */
const row = remembered(id(1), { seen: [[0, 1, 2]] });

test('Two sinks of one name notice each other; the one that came first ends', async () => {
  const place = await placeInBucket();
  const first = await openSink(place);
  await first.checkpoint([row]);
  const second = await openSink(place);
  assert.deepEqual(await second.unfinished(), [row]);
  await second.checkpoint([row]);
  await assert.rejects(first.checkpoint([row]), ConfigurationError);
  await second.checkpoint([]);
  const other = await openSink(place, 'other');
  assert.deepEqual(await other.unfinished(), []);
  await other.checkpoint([row]);
  await second.checkpoint([row]);
  for (const sink of [first, second, other]) await sink.close();
});

test('A second sink of one name that spills into the same folder is refused, and the first goes on', async (t) => {
  const place = await placeInBucket();
  const spill = await temporaryFolder(t);
  const open = (reader: string) => openSinkAt(place, { s3: pathStyle, reader, spill });
  const first = await open('office');
  await assert.rejects(open('office'), ConfigurationError);
  const other = await open('other');
  await first.checkpoint([row]);
  assert.deepEqual(await first.unfinished(), [row]);
  for (const sink of [first, other]) await sink.close();
});

test('A sink whose journal was removed is lost, and opened again another one', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  const Key = `${place.prefix}.sluice/office/journal.json`;
  await s3.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key }));
  await assert.rejects(sink.checkpoint([row]), SinkLostError);
  await sink.close();
  const again = await openSink(place);
  assert.notEqual(again.id, sink.id);
  assert.deepEqual([again.isCopy, await again.unfinished()], [false, []]);
  await again.close();
});

test('A journal that nobody can read is begun anew; one of a newer release is left alone', async () => {
  const place = await placeInBucket();
  const first = await openSink(place);
  await first.close();
  const Key = `${place.prefix}.sluice/office/journal.json`;
  const write = (Body: string) => s3.client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body }));
  await write('{"version":1,"id":"ab');
  const again = await openSink(place);
  assert.notEqual(again.id, first.id);
  await again.checkpoint([row]);
  await write('null');
  await assert.rejects(again.checkpoint([row]), SinkLostError);
  await again.close();
  await write('{"version":2}');
  await assert.rejects(openSink(place), /newer release/);
});

test('What another one put in place since it was compared is not taken for it', async () => {
  const place = await placeInBucket();
  const Key = `${place.prefix}shop/a`;
  const write = (Body: string) => s3.client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body }));
  const sink = await openSink(place);
  const compared = publishedAs('compared');
  await write('compared');
  assert.equal(await sink.digestOfTarget('shop/a', 'md5'), compared.digest);
  await write('another!');
  await sink.adopt('shop/a', compared, look);
  assert.equal(await sink.published('shop/a'), undefined);
  await sink.close();
});

test('What was copied from another place with its journal says that it is a copy', async () => {
  const [place, other] = [await placeInBucket(), await placeInBucket()];
  const sink = await openSink(place);
  const partitions = new Map([[0, { began: 3, safe: 9 }]]);
  await sink.checkpoint([row], { reader: 'office', topic: 't', name: 'files', cluster: 'c', partitions });
  await sink.close();
  await s3.client.send(
    new CopyObjectCommand({
      Bucket: other.bucket,
      Key: `${other.prefix}.sluice/office/journal.json`,
      CopySource: `${place.bucket}/${place.prefix}.sluice/office/journal.json`,
    }),
  );
  const copy = await openSink(other);
  assert.equal(copy.isCopy, true);
  assert.notEqual(copy.id, sink.id);
  assert.deepEqual([...(await copy.positions())[0]!.partitions], [[0, { began: 3, safe: 3 }]]);
  await copy.close();
});

test('Of what is open in parts the next start ends what is ours, and nobody else’s', async () => {
  const place = await placeInBucket();
  const Bucket = place.bucket;
  const Key = `${place.prefix}shop/f1`;
  const begin = () => s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const text = 'x'.repeat(12 * 1024 * 1024);
  const first = await openSink(place);
  await first.part(id(1), partOf('shop/f1', text)).write(Buffer.from(text.slice(1)), 0);
  await waitFor(async () => (await openUploads(Bucket)).length === 1, { what: 'an open upload' });
  await first.checkpoint([row]);
  // Whoever else writes there.
  const { UploadId } = await begin();
  const second = await openSink(place);
  await second.unfinished();
  assert.deepEqual(await openUploads(Bucket), [{ Key, UploadId }]);
  for (const sink of [first, second]) await sink.close();
});

test('A file in parts says all of itself once it is described, also where its closing record came first', async () => {
  const place = await placeInBucket();
  const sink = await openSink(place);
  const text = 'x'.repeat(12 * 1024 * 1024);
  const published = publishedAs(text);
  for (const facts of [undefined, () => ({ ...look, digest: published.digest })]) {
    const of = { ...partOf('shop/f1', text), ...(facts === undefined ? {} : { facts }) };
    await sink.part(id(1), of).write(Buffer.from(text), 0);
    await sink.publish(id(1), 'shop/f1', look, published);
    const { Metadata = {}, ETag } = await s3.client.send(
      new HeadObjectCommand({ Bucket: place.bucket, Key: `${place.prefix}shop/f1` }),
    );
    assert.equal(Metadata.mtime, '1700000000.123456');
    assert.equal(Metadata['sluice-digest'], published.digest);
    // What was not copied onto itself still is an object of three parts.
    if (facts !== undefined) assert.match(ETag ?? '', /-3"$/);
  }
  await sink.close();
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
