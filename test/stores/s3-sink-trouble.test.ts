/** A downloader into a bucket whose server is busy, away, or says no; and two downloaders with one bucket. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testBroker } from '../support/broker.ts';
import { makeBucket } from '../support/bucket.ts';
import { noise } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startHttpFaults } from '../support/http-faults.ts';
import { Random } from '../support/random.ts';
import { s3Variable, startS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

/** Files of these sizes on a topic, and an empty bucket. */
async function stage(t: TestContext, sizes: readonly number[]) {
  const { bootstrapServers } = await testBroker();
  const s3 = await startS3(t);
  const bucket = await makeBucket(s3);
  const env = {
    ...s3.environment,
    SLUICE_BOOTSTRAP_SERVERS: bootstrapServers,
    SLUICE_TOPIC: uniqueTopic('trouble'),
  };
  const from = join(await temporaryFolder(t), 'from');
  await mkdir(from);
  const expected: Record<string, string> = {};
  for (const [index, size] of sizes.entries()) {
    const bytes = noise(size);
    await writeFile(join(from, `f${index}`), bytes);
    expected[`f${index}`] = createHash('sha256').update(bytes).digest('hex');
  }
  const args = ['upload', '--from', from, '--name', 'shop', '--once', '--min-age', '0'];
  const { code, stderr } = await runSluice(args, { env });
  assert.equal(code, 0, stderr);
  const download = (name: string): string[] => [
    ...['download', '--to', `s3://${bucket.name}/copies`, '--name', name, '--once'],
  ];
  const stands = async (): Promise<void> => {
    assert.deepEqual(await bucket.digests('copies/shop/'), expected);
    assert.deepEqual(await bucket.open(), []);
  };
  return { s3, bucket, env, download, stands };
}

const large = 20_000_000;

test('One request in ten that fails is tried again, and all files arrive', async (t) => {
  const { s3, env, download, stands } = await stage(t, [large, 3000, 0, 6_000_000]);
  const random = new Random(7);
  const proxy = await startHttpFaults(t, {
    target: s3.port,
    judge: () => {
      const chance = random.next();
      if (chance > 0.1) return undefined;
      if (chance > 0.06) return { status: 503, code: 'SlowDown', retryAfter: 0 };
      return chance > 0.03 ? { status: 500, code: 'InternalError' } : 'reset';
    },
  });
  const faulty = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const ended = await followSluice(download('office'), { env: faulty }).ended;
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(proxy.faults > 0, `${proxy.faults} of ${proxy.requests} failed`);
  await stands();
});

test('A store that goes away is waited for, with a word, and the file arrives', async (t) => {
  const { s3, env, download, stands } = await stage(t, [60_000_000]);
  let [isAway, ofFile] = [false, 0];
  const proxy = await startHttpFaults(t, {
    target: s3.port,
    judge: ({ url = '' }) => {
      if (url.includes('partNumber=') && ++ofFile === 5) isAway = true;
      return isAway ? 'reset' : undefined;
    },
  });
  const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const run = followSluice(download('office'), { env: through });
  t.after(() => run.kill());
  await run.event(({ type }) => type === 'waiting', 'it waited');
  isAway = false;
  await run.event(({ type }) => type === 'resumed', 'it went on');
  const ended = await run.ended;
  assert.equal(ended.code, 0, ended.stderr);
  await stands();
});

const completed =
  '<CompleteMultipartUploadResult><ETag>"0123456789abcdef0123456789abcdef-2"</ETag></CompleteMultipartUploadResult>';

for (const inDoubt of [true, false])
  test(`A file that the store calls complete, and has not, is sent again, ${inDoubt ? 'behind an answer that was lost' : 'at its first word'}`, async (t) => {
    const { s3, env, download, stands } = await stage(t, [12_000_000]);
    let asked = inDoubt ? 0 : 1;
    const proxy = await startHttpFaults(t, {
      target: s3.port,
      judge: ({ method, url = '' }) => {
        if (method !== 'POST' || !url.includes('uploadId=') || ++asked > 2) return undefined;
        return asked === 1 ? 'reset' : { status: 200, code: '', body: completed };
      },
    });
    const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
    const { code, stderr, summary } = await followSluice(download('office'), { env: through }).ended;
    assert.deepEqual([code, summary?.files, summary?.failed, asked], [0, 1, 0, 3], stderr);
    await stands();
  });

test('Credentials that expire inside a file are looked for anew, with a word, and the file arrives', async (t) => {
  const { s3, env, download, stands } = await stage(t, [30_000_000]);
  let [hasExpired, parts] = [false, 0];
  const proxy = await startHttpFaults(t, {
    target: s3.port,
    judge: ({ url = '' }) => {
      if (url.includes('partNumber=') && ++parts === 3) hasExpired = true;
      return hasExpired ? { status: 400, code: 'ExpiredToken' } : undefined;
    },
  });
  const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const run = followSluice(download('office'), { env: through });
  t.after(() => run.kill());
  const { message } = await run.event(({ type }) => type === 'waiting', 'it waited');
  assert.match(String(message), /credentials have expired .*log in again/);
  hasExpired = false;
  const ended = await run.ended;
  assert.equal(ended.code, 0, ended.stderr);
  await stands();
});

test('A name that may not be written is told as failed, and the others arrive', async (t) => {
  const { s3, env, download, bucket } = await stage(t, [3000, large, 10]);
  const proxy = await startHttpFaults(t, {
    target: s3.port,
    judge: ({ method, url = '' }) =>
      method !== 'HEAD' && url.includes('/shop/f1') ? { status: 403, code: 'AccessDenied' } : undefined,
  });
  const through = { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` };
  const failed: string[] = [];
  const onEvent = ({ type, path, message }: Record<string, unknown>): void => {
    if (type === 'failed') failed.push(`${path}: ${message}`);
  };
  const ended = await followSluice(download('office'), { env: through, onEvent }).ended;
  assert.equal(ended.code, 3, ended.stderr);
  assert.match(failed.join(), /f1: .*access is denied/);
  assert.deepEqual(await bucket.keys('copies/shop/'), ['f0', 'f2']);
  assert.deepEqual(await bucket.open(), []);
});

test('What no waiting mends ends the run at once, and says what to do', async (t) => {
  const { bucket, env, download } = await stage(t, [1000]);
  const ended = async (more: Record<string, string>, args = download('office')) => {
    const { code, stderr } = await runSluice(args, { env: { ...env, ...more } });
    assert.equal(code, 2, stderr);
    return stderr;
  };
  const missing = ['download', '--to', 's3://no-such-bucket-here/x', '--name', 'office', '--once'];
  assert.match(await ended({}, missing), /there is no bucket no-such-bucket-here/);
  if (process.env[s3Variable] !== 's3mock') {
    const wrong = await ended({ AWS_SECRET_ACCESS_KEY: 'another' });
    assert.match(wrong, /credentials are not right/);
    assert.ok(!wrong.includes('another'));
  }
  assert.deepEqual(await bucket.keys('copies/'), []);
});

// S3Mock also removes what stands under a key when an upload in parts to it is aborted.
if (process.env[s3Variable] !== 's3mock')
  test('Two downloaders fill one bucket, each by its own name', async (t) => {
    const { env, download, stands } = await stage(t, [large, 3000, 10, 6_000_000]);
    const both = await Promise.all(['one', 'other'].map((name) => runSluice(download(name), { env })));
    for (const { code, stderr } of both) assert.equal(code, 0, stderr);
    await stands();
  });
