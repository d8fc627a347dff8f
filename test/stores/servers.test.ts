import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { startS3 } from '../support/s3.ts';

test('A server of its own keeps objects, is gone when it is killed, and has them when it comes back', async (t) => {
  const { client, bucket, kill, revive } = await startS3(t);
  const Bucket = await bucket();
  await client.send(
    new PutObjectCommand({ Bucket, Key: 'dir/a', Body: 'bytes', Metadata: { mtime: '1.5' } }),
  );
  await kill();
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: 'dir/a' })), { code: 'ECONNREFUSED' });
  await revive();
  const object = await client.send(new GetObjectCommand({ Bucket, Key: 'dir/a' }));
  assert.equal(await object.Body?.transformToString(), 'bytes');
  assert.equal(object.Metadata?.mtime, '1.5');
});
