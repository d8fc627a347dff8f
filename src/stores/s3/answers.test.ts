import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { areToBeRenewed, meaningOf, type S3Asked } from './answers.ts';

const list: S3Asked = {
  cannot: 'cannot list s3://bucket',
  bucket: 'bucket',
  isObject: false,
  endpoint: undefined,
  anonymous: false,
  hasWorked: false,
};
const object: S3Asked = { ...list, cannot: 'cannot read s3://bucket/a', isObject: true };

/** As AWS's client makes them. */
function answer(name: string, status?: number, more: object = {}): Error {
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(new Error(`${name} said`), { name, $metadata, ...more });
}

function networkError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code, $metadata: { attempts: 1 } });
}

test('What passes by itself is waited for, after as long as the server says', () => {
  const table = [
    ...[
      answer('SlowDown', 503),
      answer('InternalError', 500),
      answer('Unknown', 502),
      answer('Unknown', 429),
    ],
    ...[answer('RequestTimeout', 400), answer('TimeoutError'), answer('OperationAborted', 409)],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'].map(networkError),
    ...[new Error('socket hang up'), new Error('aborted'), answer('ExpiredToken', 400)],
    // Bytes that were damaged or cut off on the way: the same may arrive whole.
    ...['BadDigest', 'XAmzContentChecksumMismatch', 'XAmzContentSHA256Mismatch', 'IncompleteBody'].map(
      (name) => answer(name, 400),
    ),
  ];
  for (const error of table)
    for (const asked of [list, object]) {
      const meaning = meaningOf(error, asked);
      assert.ok(meaning instanceof StoreFault, error.message);
      assert.deepEqual([meaning.scope, meaning.code], ['sink', 'EAGAIN'], error.message);
      assert.match(meaning.message, /^cannot (list|read) s3:\/\/bucket/);
    }
  const slow = answer('SlowDown', 503, { $response: { statusCode: 503, headers: { 'retry-after': '7' } } });
  assert.equal((meaningOf(slow, list) as StoreFault).retryAfter, 7000);
});

test('What no waiting mends ends the run, with what to do', () => {
  const region = { $response: { statusCode: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } } };
  const table: [Error, RegExp][] = [
    [answer('NoSuchBucket', 404), /there is no bucket bucket: make it/],
    [answer('InvalidAccessKeyId', 403), /credentials are not right \(InvalidAccessKeyId\): correct them/],
    [answer('SignatureDoesNotMatch', 403), /credentials are not right/],
    [answer('PermanentRedirect', 301, region), /another region: --s3-region eu-west-1/],
    [answer('301', 301), /name it by --s3-region/],
    [answer('AuthorizationHeaderMalformed', 400, { Region: 'us-west-2' }), /--s3-region us-west-2/],
    [answer('CredentialsProviderError'), /no AWS credentials .*AWS_PROFILE/],
  ];
  for (const [error, message] of table)
    for (const asked of [list, object]) {
      const meaning = meaningOf(error, asked);
      assert.ok(meaning instanceof ConfigurationError, error.name);
      assert.match(meaning.message, message);
    }
  for (const error of [
    answer('AccessDenied', 403),
    answer('NotImplemented', 501),
    answer('InvalidRequest', 400),
  ])
    assert.ok(meaningOf(error, list) instanceof ConfigurationError, error.name);
});

test('What a server says of one object concerns that one alone', () => {
  const table: [Error, code: string][] = [
    [answer('NoSuchKey', 404), 'ENOENT'],
    [answer('NotFound', 404), 'ENOENT'],
    [answer('PreconditionFailed', 412), 'ESTALE'],
    [answer('Unknown', 412), 'ESTALE'],
    [answer('InvalidRange', 416), 'ERANGE'],
    [answer('AccessDenied', 403), 'EACCES'],
    [answer('InvalidObjectState', 403), 'EINVAL'],
    [answer('KMS.DisabledException', 400), 'EINVAL'],
  ];
  for (const [error, code] of table) {
    const meaning = meaningOf(error, object);
    assert.ok(meaning instanceof StoreFault, error.name);
    assert.deepEqual([meaning.scope, meaning.code], ['name', code], error.name);
  }
  assert.equal((meaningOf(answer('QuotaExceeded', 403), object) as StoreFault).scope, 'space');
});

test('Nothing of what a client signs is kept in an error', () => {
  const told = { StringToSign: 'AWS4-HMAC-SHA256 secret', AWSAccessKeyId: 'AKIDEXAMPLE' };
  const meaning = meaningOf(answer('SignatureDoesNotMatch', 403, told), list);
  assert.ok(
    !JSON.stringify([meaning, meaning.cause, { ...(meaning.cause as object) }]).includes('AKIDEXAMPLE'),
  );
});

test('Credentials have expired by some names, and what is none of the server’s passes through', () => {
  assert.ok(areToBeRenewed(answer('ExpiredToken', 400)));
  assert.ok(areToBeRenewed(answer('CredentialsProviderError')));
  assert.ok(!areToBeRenewed(answer('AccessDenied', 403)));
  const missing = meaningOf(answer('TokenProviderError'), { ...list, hasWorked: true });
  assert.ok(missing instanceof StoreFault && missing.scope === 'sink');
  const fault = new TypeError('x is not a function');
  assert.equal(meaningOf(fault, list), fault);
  const aborted = answer('AbortError');
  assert.equal(meaningOf(aborted, list), aborted);
});
