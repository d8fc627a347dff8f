/** What a tree of new files costs at a bucket, and that it is no guess. */
import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { openSinkAt } from '../../src/stores/open.ts';
import { ReplacedError } from '../../src/stores/replaced.ts';
import type { S3Place } from '../../src/stores/s3/place.ts';
import { id, look, publishedAs } from '../contracts/sink/ground.ts';
import { type HttpFaultOptions, startHttpFaults } from '../support/http-faults.ts';
import { Scope } from '../support/owner.ts';
import { startS3 } from '../support/s3.ts';

const scope = new Scope();
after(() => scope.close());
const s3 = await startS3(scope);
Object.assign(process.env, s3.environment);

async function behind(t: TestContext, judge: HttpFaultOptions['judge']) {
  const bucket = await s3.bucket();
  const place: S3Place = { store: 's3', bucket, prefix: 'in/', url: `s3://${bucket}/in` };
  const { port } = await startHttpFaults(t, { target: s3.port, judge });
  const options = { s3: { endpoint: `http://127.0.0.1:${port}` } };
  const read = async (path: string): Promise<string> => {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: `in/${path}` }));
    return Body!.transformToString();
  };
  return { place, options, read };
}

test('Of a folder of new files one is looked at, and the folder once', async (t) => {
  const asked: string[] = [];
  const { place, options } = await behind(t, ({ method = '', url = '' }) => {
    const isListing = url.includes('delimiter=');
    if (method === 'HEAD' || isListing) asked.push(isListing ? 'list' : url.replace(/.*\/in\/|\?.*/g, ''));
    return undefined;
  });
  const sink = await openSinkAt(place, { ...options, reader: 'office' });
  asked.length = 0;
  for (let file = 0; file < 20; file++) {
    const target = `shop/${file}`;
    assert.equal(await sink.newest(target), undefined);
    assert.equal(await sink.published(target), undefined);
    await sink.publishWhole(Buffer.from('a'), target, look, publishedAs('a', id(file)));
  }
  assert.deepEqual(asked, ['shop/0', 'list']);
  assert.deepEqual(await sink.published('shop/7'), publishedAs('a', id(7)));
  await sink.close();
});

test('What somebody else wrote since its folder was listed is not replaced by what is older', async (t) => {
  const { place, options, read } = await behind(t, () => undefined);
  const [slow, quick] = [
    await openSinkAt(place, { ...options, reader: 'slow' }),
    await openSinkAt(place, { ...options, reader: 'quick' }),
  ];
  for (const target of ['shop/1', 'shop/2', 'shop/3']) assert.equal(await slow.newest(target), undefined);
  await quick.publishWhole(Buffer.from('new'), 'shop/3', look, publishedAs('new', id(9)));
  const older = (): Promise<unknown> =>
    slow.publishWhole(Buffer.from('old'), 'shop/3', look, publishedAs('old', id(1)));
  await assert.rejects(older, ReplacedError);
  assert.equal(await slow.newest('shop/3'), id(9));
  assert.equal(await read('shop/3'), 'new');
  for (const sink of [slow, quick]) await sink.close();
});

test('A server that takes no notice of conditions is told of, and each name is looked at', async (t) => {
  let heads = 0;
  const { place, options } = await behind(t, ({ method, url = '', headers }) => {
    if (method === 'HEAD') heads += 1;
    const isProof = url.includes('/check') && headers['if-none-match'] !== undefined;
    return isProof ? { status: 204, code: 'taken' } : undefined;
  });
  const told: string[] = [];
  const sink = await openSinkAt(place, { ...options, reader: 'office' });
  heads = 0;
  sink.notices((message) => told.push(message));
  assert.match(told.join(), /takes no conditions: .*an older file may replace a newer one/);
  for (let file = 0; file < 5; file++) assert.equal(await sink.newest(`shop/${file}`), undefined);
  assert.equal(heads, 5);
  await sink.close();
});
