import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mskTokens } from './msk-iam.ts';
import type { AwsCredentials } from './msk-token.ts';

const broker = 'b-1.films.abc123.c2.kafka.eu-west-1.amazonaws.com';
const noChain = async () => assert.fail('the chain of providers is not needed');

/** `KEY/DATE/REGION/...` of a token. */
function credentialOf(token: string): string {
  return new URL(Buffer.from(token, 'base64url').toString()).searchParams.get('X-Amz-Credential')!;
}

test('Credentials come from the environment, the region from the name of the broker or from there too', async () => {
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' };
  const provider = mskTokens(undefined, { env, loadChain: noChain });
  assert.match(
    credentialOf((await provider.token(broker)).value),
    /^AKIDEXAMPLE\/\d{8}\/eu-west-1\/kafka-cluster\//,
  );
  assert.match(
    credentialOf((await provider.token('kafka.example.com')).value),
    /^AKIDEXAMPLE\/\d{8}\/us-east-1\//,
  );
});

test('A region that nobody tells is asked for', async () => {
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const provider = mskTokens(undefined, { env, loadChain: noChain });
  await assert.rejects(provider.token('kafka.example.com'), {
    kind: 'authentication',
    message: /Set AWS_REGION/,
  });
});

test('A profile comes before the environment, and credentials that cannot be renewed do while they are good', async () => {
  const env = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  let found: AwsCredentials | undefined = { accessKeyId: 'ASIAFILMS', secretAccessKey: 'secret' };
  const profiles: unknown[] = [];
  const loadChain = async (profile: string | undefined) => {
    profiles.push(profile);
    return async () => found ?? Promise.reject(new Error('no route to the token service'));
  };
  const provider = mskTokens('films', { env, loadChain });
  assert.match(credentialOf((await provider.token(broker)).value), /^ASIAFILMS/);
  found = undefined;
  assert.match(credentialOf((await provider.token(broker)).value), /^ASIAFILMS/);
  found = { accessKeyId: 'ASIAENDED', secretAccessKey: 'secret', expiration: new Date(0) };
  await provider.token(broker);
  found = undefined;
  const later = { name: 'NetworkFailure', message: /cannot be renewed \(no route to the token service\)/ };
  await assert.rejects(provider.token(broker), later);
  assert.deepEqual(profiles, ['films']);
});

test('Without credentials it says what to do', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  const reasons: readonly [error: Error, message: RegExp][] = [
    [missing, /Run "npm install @aws-sdk\/credential-provider-node", or set AWS_ACCESS_KEY_ID/],
    [new Error('no profile films'), /no AWS credentials: no profile films\. Check the AWS profile, or set/],
  ];
  for (const [error, message] of reasons) {
    const provider = mskTokens('films', { env: {}, loadChain: () => Promise.reject(error) });
    await assert.rejects(provider.token(broker), { kind: 'authentication', message });
  }
});
