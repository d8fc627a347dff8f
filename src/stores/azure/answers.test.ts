import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { type AzureAsked, meaningOf } from './answers.ts';

const list: AzureAsked = {
  cannot: 'cannot list azblob://films',
  container: 'films',
  isObject: false,
  endpoint: 'https://account.blob.core.windows.net',
  hasWorked: false,
};
const blob: AzureAsked = { ...list, cannot: 'cannot read azblob://films/a', isObject: true };

/** As Azure's client makes them: the code of an answer to HEAD stands in a header alone. */
function answer(
  status: number | undefined,
  code: string,
  more: { name?: string; after?: string; text?: string } = {},
): Error {
  const { name = 'RestError', after, text = 'The words of the server.' } = more;
  const headers = new Map(after === undefined ? [] : [['retry-after', after]]);
  if (status !== undefined) headers.set('x-ms-error-code', code);
  return Object.assign(new Error(`${text}\nRequestId:1\nTime:now`), {
    name,
    ...(status === undefined ? { code } : { statusCode: status }),
    response: { headers: { get: (key: string) => headers.get(key) } },
  });
}

test('What concerns one blob, room, or everything', () => {
  const table: [Error, scope: string, code: string, RegExp?][] = [
    [answer(404, 'BlobNotFound'), 'name', 'ENOENT'],
    [answer(412, 'ConditionNotMet'), 'name', 'ESTALE', /another one by now/],
    [answer(409, 'BlobAlreadyExists'), 'name', 'ESTALE'],
    [answer(412, 'LeaseIdMissing'), 'name', 'EACCES', /lease/],
    [answer(409, 'BlobImmutableDueToPolicy'), 'name', 'EACCES', /immutable/],
    [answer(409, 'BlobArchived'), 'name', 'EINVAL', /rehydrate/],
    [answer(409, 'BlobBeingRehydrated'), 'name', 'EINVAL'],
    [answer(409, 'BlobUsesCustomerSpecifiedEncryption'), 'name', 'EINVAL', /key of its own/],
    [answer(409, 'BlockCountExceedsLimit'), 'name', 'EINVAL', /gone a week after/],
    [answer(400, 'InvalidBlockList'), 'name', 'ENOENT'],
    [answer(416, 'InvalidRange'), 'name', 'ERANGE'],
    [
      answer(403, 'AuthorizationPermissionMismatch'),
      'name',
      'EACCES',
      /rights that docs\/stores\.md lists, on films/,
    ],
    [answer(403, 'UnauthorizedBlobOverwrite'), 'name', 'EACCES', /may not replace it/],
    [
      answer(409, 'ResourceTypeMismatch'),
      'name',
      'EINVAL',
      /refuses \(409 ResourceTypeMismatch: The words of the server\.\)$/,
    ],
    [answer(507, 'InsufficientStorage'), 'space', 'ENOSPC'],
    [answer(503, 'ServerBusy'), 'sink', 'EAGAIN', /503 ServerBusy: The words of the server\.$/],
    [answer(500, 'OperationTimedOut'), 'sink', 'EAGAIN'],
    [answer(400, 'Crc64Mismatch'), 'sink', 'EAGAIN'],
    [answer(429, 'TooManyRequests'), 'sink', 'EAGAIN'],
    [answer(undefined, 'ECONNREFUSED'), 'sink', 'EAGAIN'],
    [
      answer(undefined, 'ENOTFOUND'),
      'sink',
      'EAGAIN',
      /is account\.blob\.core\.windows\.net the account's host\?/,
    ],
    [answer(undefined, 'PARSE_ERROR'), 'sink', 'EAGAIN'],
    [new RangeError('no etag'), 'sink', 'EAGAIN'],
  ];
  for (const [error, scope, code, message = /^cannot read azblob:\/\/films\/a: /] of table) {
    const meaning = meaningOf(error, blob);
    assert.ok(meaning instanceof StoreFault, `${code}: ${meaning}`);
    assert.deepEqual([meaning.scope, meaning.code], [scope, code], meaning.message);
    assert.match(meaning.message, message);
    assert.doesNotMatch(meaning.message, /RequestId|\n/);
  }
});

test('When a busy server wants to be asked again is kept', () => {
  const meaning = meaningOf(answer(503, 'ServerBusy', { after: '7' }), blob);
  assert.ok(meaning instanceof StoreFault);
  assert.equal(meaning.retryAfter, 7000);
});

test('What no waiting mends ends the run, with what to do', () => {
  const table: [Error, RegExp, AzureAsked?][] = [
    [answer(404, 'ContainerNotFound'), /there is no container films at https:.*make it, or name another/],
    [answer(404, 'ContainerNotFound'), /there is no container films/, blob],
    [answer(403, 'AuthenticationFailed'), /credentials are not right, or have run out/, blob],
    [answer(403, 'AuthorizationFailure'), /access is denied \(403 AuthorizationFailure.*docs\/stores\.md/],
    [answer(401, 'NoAuthenticationInformation'), /access is denied/, blob],
    [answer(400, 'InvalidQueryParameterValue'), /the server refuses \(400/],
    [answer(undefined, 'x', { name: 'CredentialUnavailableError' }), /no Azure credentials.*az login/],
    [answer(undefined, 'x', { name: 'AggregateAuthenticationError' }), /no Azure credentials/, blob],
    [answer(undefined, 'SELF_SIGNED_CERT_IN_CHAIN'), /by NODE_EXTRA_CA_CERTS/],
  ];
  for (const [error, message, asked = list] of table) {
    const meaning = meaningOf(error, asked);
    assert.ok(meaning instanceof ConfigurationError, String(meaning));
    assert.match(meaning.message, message);
    assert.doesNotMatch(meaning.message, /RequestId|\n/);
  }
});

test('Credentials that cannot be asked for now are waited for', () => {
  for (const error of [
    answer(503, 'x', { name: 'AuthenticationError' }),
    answer(undefined, 'x', {
      name: 'AuthenticationError',
      text: 'network_error: getaddrinfo ENOTFOUND login',
    }),
  ]) {
    const meaning = meaningOf(error, list);
    assert.ok(meaning instanceof StoreFault && meaning.scope === 'sink', String(meaning));
    assert.doesNotMatch(meaning.message, /have run out/);
  }
});

test('Credentials that worked and do not any more are waited for', () => {
  const asked = { ...list, hasWorked: true };
  for (const error of [
    answer(undefined, 'x', { name: 'CredentialUnavailableError' }),
    answer(401, 'InvalidAuthenticationInfo'),
  ]) {
    const meaning = meaningOf(error, asked);
    assert.ok(meaning instanceof StoreFault && meaning.scope === 'sink', String(meaning));
    assert.match(meaning.message, /have run out.*az login/);
  }
});

test('Secrets of a request are in no message, and no request is kept', () => {
  const text = 'connect https://a.example/films?sv=1&sig=hunter2';
  const error = Object.assign(answer(undefined, 'ECONNRESET', { text }), { request: { url: text } });
  const meaning = meaningOf(error, blob);
  assert.doesNotMatch(
    JSON.stringify([meaning.message, (meaning.cause as Error).message, meaning.cause]),
    /hunter2/,
  );
});
