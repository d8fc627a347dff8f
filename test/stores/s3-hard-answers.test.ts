/** What servers say that is seldom said. */

import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openSinkAt, openSourceAt } from '../../src/stores/open.ts';
import type { S3Place } from '../../src/stores/s3/place.ts';
import { isAway } from '../../src/stores/store-fault.ts';
import { VanishedError } from '../../src/stores/vanished.ts';
import { id, look, publishedAs } from '../contracts/sink/ground.ts';
import { type HttpFaultOptions, startHttpFaults } from '../support/http-faults.ts';
import { type RunningS3, startS3 } from '../support/s3.ts';

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

async function behind(t: TestContext, judge: HttpFaultOptions['judge']) {
  const proxy = await startHttpFaults(t, { target: s3.port, judge });
  const bucket = await s3.bucket();
  const place: S3Place = { store: 's3', bucket, prefix: 'in/', url: `s3://${bucket}/in` };
  return { place, options: { endpoint: `http://127.0.0.1:${proxy.port}` }, bucket };
}

test('A HEAD that is refused without a reason is asked about: credentials that have expired are no fault of an object', async (t) => {
  let hasExpired = false;
  const { place, options, bucket } = await behind(t, () => {
    return hasExpired ? { status: 400, code: 'ExpiredToken' } : undefined;
  });
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'in/a', Body: 'a' }));
  const source = await openSourceAt(place, { s3: options });
  const sink = await openSinkAt(place, { s3: options, reader: 'office' });
  hasExpired = true;
  const isExpired = (error: unknown) => isAway(error) && /expired/.test(error.message);
  await assert.rejects(source.look('a'), isExpired);
  await assert.rejects(sink.published('a'), isExpired);
  hasExpired = false;
  assert.equal((await source.look('a'))?.size, 1);
  assert.equal(await sink.published('b'), undefined);
  await sink.close();
});

test('One HEAD that is refused for nothing is asked once more', async (t) => {
  let refusals = 0;
  const { place, options, bucket } = await behind(t, ({ method }) => {
    return method === 'HEAD' && refusals-- > 0 ? { status: 403, code: 'RequestTimeTooSkewed' } : undefined;
  });
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: 'in/a', Body: 'a' }));
  const source = await openSourceAt(place, { s3: options });
  const sink = await openSinkAt(place, { s3: options, reader: 'office' });
  refusals = 1;
  assert.equal((await source.look('a'))?.size, 1);
  refusals = 1;
  assert.equal(await sink.published('b'), undefined);
  refusals = 2;
  await assert.rejects(sink.published('other/c'), /access is denied/);
  await sink.close();
});

test('What cannot be completed for a conflict, or for a part that is another by now, is sent anew', async (t) => {
  const faults = [
    { status: 409, code: 'ConditionalRequestConflict' },
    { status: 400, code: 'InvalidPart' },
  ];
  const { place, options } = await behind(t, ({ method, url }) =>
    method === 'POST' && /uploadId=/.test(url!) ? faults[0] : undefined,
  );
  const sink = await openSinkAt(place, { s3: options, reader: 'office' });
  const text = 'x'.repeat(6_000_000);
  const bytes = Buffer.from(text);
  const target = 'shop/a';
  const published = publishedAs(text);
  const write = () => sink.part(id(1), { target, size: bytes.length }).write(bytes, 0);
  for (; faults.length > 0; faults.shift()) {
    await write();
    await assert.rejects(sink.publish(id(1), target, look, published), VanishedError);
    await sink.clear(id(1));
  }
  await write();
  await sink.publish(id(1), target, look, published);
  assert.deepEqual(await sink.published(target), published);
  await sink.close();
});

test('What stood there already keeps its headers when it is said to be ours', async (t) => {
  const { place, options, bucket } = await behind(t, () => undefined);
  const kept = {
    ContentType: 'text/x-special',
    CacheControl: 'max-age=7',
    ContentDisposition: 'attachment; filename="x.txt"',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
  };
  const Key = 'in/shop/a.txt';
  await s3.client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key,
      Body: 'a',
      ...kept,
      Metadata: { own: 'x', title: '=?UTF-8?Q?caf=C3=A9?=' },
    }),
  );
  const sink = await openSinkAt(place, { s3: options, reader: 'office' });
  await sink.adopt('shop/a.txt', { upload: id(1), size: 1, digest: 'md5:0cc175b9c0f1b6a831c399e269772661' });
  const head = await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
  for (const [name, value] of Object.entries(kept)) assert.equal(head[name as 'ContentType'], value, name);
  assert.equal(head.Metadata?.own, 'x');
  assert.equal(head.Metadata?.['sluice-upload'], id(1));
  await sink.close();
});

test('Metadata that a server gives in bytes is written again in ASCII', async (t) => {
  const written: unknown[] = [];
  const { place, options, bucket } = await behind(t, ({ headers }) => {
    if ('x-amz-copy-source' in headers) written.push(headers['x-amz-meta-title']);
    return undefined;
  });
  const raw = Buffer.from('café').toString('latin1');
  const Key = 'in/shop/a.txt';
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'a', Metadata: { title: raw } }));
  const given = (await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key }))).Metadata?.title ?? '';
  const sink = await openSinkAt(place, { s3: options, reader: 'office' });
  await sink.adopt('shop/a.txt', publishedAs('a'));
  await sink.close();
  assert.deepEqual(written, [`=?UTF-8?B?${Buffer.from(given, 'latin1').toString('base64')}?=`]);
});
