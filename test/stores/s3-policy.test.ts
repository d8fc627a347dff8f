/** The policy of docs/stores.md: enough, and without any part of it not enough. On the server that knows policies. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { noise } from '../support/bytes.ts';
import { startS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { addUser } from '../support/versitygw.ts';
import { s3Ground } from './s3-ground.ts';

interface Statement {
  readonly Action: string;
}

/** The statements of the page's policy for a source, for another bucket and prefix. */
async function pagePolicy(bucket: string): Promise<readonly Statement[]> {
  const page = await readFile(new URL('../../docs/stores.md', import.meta.url), 'utf8');
  const [, text = ''] = /least policy\*\* for an uploader.*?```json\n(.*?)```/s.exec(page) ?? [];
  return JSON.parse(text.replaceAll(':::films', `:::${bucket}`).replaceAll('/2026/', '/in/')).Statement;
}

test('What the page allows an uploader is enough, and each part of it is needed', async (t) => {
  const s3 = await startS3(t, 'versitygw');
  const ground = await s3Ground(t, s3);
  await ground.put('small', noise(100));
  await ground.put('large', noise(5_000_000));
  const statements = await pagePolicy(ground.bucket);
  assert.equal(statements.length, 2);
  const env = { ...s3.environment, ...(await addUser(s3, 'uploader')) };
  const upload = async (allowed: readonly Statement[]) => {
    const Statement = allowed.map((one) => ({ ...one, Principal: { AWS: ['uploader'] } }));
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await s3.client.send(new PutBucketPolicyCommand({ Bucket: ground.bucket, Policy }));
    return runSluice([...ground.args, '--once'], { env });
  };
  const without = (action: string): readonly Statement[] =>
    statements.filter(({ Action }) => Action !== action);
  const unlisted = await upload(without('s3:ListBucket'));
  assert.equal(unlisted.code, 2, unlisted.stderr);
  assert.match(unlisted.stderr, /cannot list s3:.*access is denied.*docs\/stores\.md/);
  const unread = await upload(without('s3:GetObject'));
  assert.equal(unread.code, 2, unread.stderr);
  assert.match(unread.stderr, /cannot read s3:.*access is denied.*no object was read before it/);
  const enough = await upload(statements);
  assert.equal(enough.code, 0, enough.stderr);
  assert.equal(await ground.faults(), '');
});
