import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mskToken, regionOf } from './msk-token.ts';

const at = Date.UTC(2026, 2, 4, 5, 6, 7, 890);
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

function parameters(token: string): URLSearchParams {
  const url = new URL(Buffer.from(token, 'base64url').toString());
  assert.equal(url.origin, 'https://kafka.eu-west-1.amazonaws.com');
  return url.searchParams;
}

test('A token is the presigned request that Amazon signs itself', () => {
  const { value, expiresAt } = mskToken('eu-west-1', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey }, at);
  assert.match(value, /^[\w-]+$/);
  assert.deepEqual(Object.fromEntries(parameters(value)), {
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIDEXAMPLE/20260304/eu-west-1/kafka-cluster/aws4_request',
    'X-Amz-Date': '20260304T050607Z',
    'X-Amz-Expires': '900',
    'X-Amz-SignedHeaders': 'host',
    // Computed by aws-msk-iam-sasl-signer-js 1.0.3 from the same input.
    'X-Amz-Signature': '7871c31988ac326f5b3a9a86119b5495edafd954a59b1374fd28375579ea3ca0',
    'User-Agent': 'sluice',
  });
  assert.equal(expiresAt, Date.UTC(2026, 2, 4, 5, 21, 7));
});

test('A session token is signed with the rest, and credentials that end soon shorten the lifetime', () => {
  const sessionToken = "AQoD/YXdz+EJr==!'()*";
  const expiration = new Date(at + 300_000);
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey, sessionToken, expiration };
  const { value, expiresAt } = mskToken('eu-west-1', credentials, at);
  const signed = parameters(value);
  assert.equal(signed.get('X-Amz-Security-Token'), sessionToken);
  assert.equal(signed.get('X-Amz-Expires'), '300');
  // Computed by aws-msk-iam-sasl-signer-js 1.0.3 from the same input.
  assert.equal(
    signed.get('X-Amz-Signature'),
    '9b8f5bdbee8b341782941d57b00bc290a6fa680df17073ba60f65ec10f826e75',
  );
  assert.equal(expiresAt, Date.UTC(2026, 2, 4, 5, 11, 7));
});

test('The secret key is not in the token', () => {
  const { value } = mskToken('eu-west-1', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey }, at);
  assert.ok(!Buffer.from(value, 'base64url').toString().includes('MDENG'));
});

test("The region stands in the names of MSK's brokers", () => {
  assert.equal(regionOf('b-1.films.abc123.c2.kafka.eu-west-1.amazonaws.com:9098'), 'eu-west-1');
  assert.equal(regionOf('boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com'), 'us-east-1');
  assert.equal(regionOf('b-1.films.abc123.c2.kafka.cn-north-1.amazonaws.com.cn:9098'), 'cn-north-1');
  assert.equal(regionOf('kafka.example.com:9098'), undefined);
});
