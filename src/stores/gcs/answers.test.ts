import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { StoreFault } from '../store-fault.ts';
import { type GcsAsked, type GcsRefusal, meaningOfFailure, meaningOfRefusal } from './answers.ts';
import { meaningOfAuth } from './credentials.ts';

const list: GcsAsked = {
  cannot: 'cannot list gs://bucket',
  bucket: 'bucket',
  about: 'bucket',
  endpoint: undefined,
  anonymous: false,
  haveWorked: true,
};
const object: GcsAsked = { ...list, cannot: 'cannot read gs://bucket/a', about: 'object' };
const session: GcsAsked = { ...object, cannot: 'cannot write gs://bucket/a', about: 'session' };

/** As the JSON API writes it. */
function refusal(status: number, reason = '', message = reason): GcsRefusal {
  const error = { code: status, message, errors: [{ message, domain: 'global', reason }] };
  return { status, body: JSON.stringify({ error }) };
}

test('What passes by itself is waited for, after as long as the server says', () => {
  const table = [
    ...[429, 408, 500, 502, 503, 504].map((status) => refusal(status)),
    refusal(403, 'rateLimitExceeded', 'The object exceeded the rate limit for object mutation operations.'),
    refusal(403, 'userRateLimitExceeded'),
    { status: 503, body: '<Error><Code>ServiceUnavailable</Code></Error>' },
    { status: 502, body: '<html>Bad Gateway</html>' },
    refusal(401, 'authError', 'Invalid Credentials'),
    refusal(400, 'invalid', 'Provided CRC32C "a" doesn\'t match calculated CRC32C "b".'),
  ];
  for (const one of table)
    for (const asked of [list, object]) {
      const meaning = meaningOfRefusal(one, asked);
      assert.ok(meaning instanceof StoreFault, one.body);
      assert.deepEqual([meaning.scope, meaning.code], ['sink', 'EAGAIN'], one.body);
    }
  const slow = meaningOfRefusal({ ...refusal(429), retryAfter: '7' }, list);
  assert.equal((slow as StoreFault).retryAfter, 7000);
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']) {
    const meaning = meaningOfFailure(Object.assign(new Error(`connect ${code}`), { code }), list);
    assert.deepEqual([(meaning as StoreFault).code, meaning.message.includes(code)], ['EAGAIN', true]);
  }
});

test('What is of one object says what kind of thing it is', () => {
  const table: [GcsRefusal, string][] = [
    [refusal(404, 'notFound', 'No such object: bucket/a'), 'ENOENT'],
    [
      refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.'),
      'ESTALE',
    ],
    [{ status: 416, body: '<Error><Code>InvalidRange</Code></Error>' }, 'ERANGE'],
    [refusal(403, 'forbidden', 'x does not have storage.objects.get access'), 'EACCES'],
    [refusal(403, 'retentionPolicyNotMet', 'Object is subject to a retention policy'), 'EACCES'],
    [refusal(400, 'invalid', 'Invalid argument.'), 'EINVAL'],
  ];
  for (const [one, code] of table) {
    const meaning = meaningOfRefusal(one, object) as StoreFault;
    assert.deepEqual([meaning.scope, meaning.code], ['name', code], one.body);
  }
  assert.doesNotMatch(
    meaningOfRefusal(refusal(403, 'retentionPolicyNotMet'), object).message,
    /docs\/stores\.md/,
  );
  const damaged = refusal(400, 'invalid', 'Provided CRC32C "a" doesn\'t match calculated CRC32C "b".');
  assert.equal((meaningOfRefusal(damaged, session) as StoreFault).code, 'ENOENT');
  for (const status of [404, 410, 499])
    assert.equal((meaningOfRefusal({ status, body: '' }, session) as StoreFault).code, 'ENOENT');
});

test('What only the user can mend says how, and shows no secret', () => {
  const table: [GcsRefusal, Partial<GcsAsked>, RegExp][] = [
    [
      refusal(404, 'notFound', 'The specified bucket does not exist.'),
      {},
      /there is no bucket bucket: make it/,
    ],
    [refusal(404), { endpoint: 'http://x' }, /there is no bucket bucket at http:\/\/x/],
    [refusal(404), { about: 'new' }, /there is no bucket bucket: make it/],
    [
      refusal(404, 'notFound', 'The specified bucket does not exist.'),
      { about: 'object' },
      /there is no bucket bucket/,
    ],
    [
      refusal(401, 'authError', 'Invalid Credentials'),
      { haveWorked: false },
      /does not take these credentials/,
    ],
    [
      refusal(401, 'required', 'Anonymous caller does not have storage.objects.list access.'),
      { anonymous: true },
      /leave --gs-anonymous, or/,
    ],
    [refusal(403, 'forbidden', 'x does not have storage.objects.list access'), {}, /docs\/stores\.md/],
    [refusal(403, 'insufficientPermissions'), {}, /cloud-platform/],
    [
      refusal(400, 'required', 'Bucket is a requester pays bucket but no user project provided.'),
      { about: 'object' },
      /--gs-user-project/,
    ],
  ];
  for (const [one, more, words] of table) {
    const meaning = meaningOfRefusal(one, { ...list, ...more });
    assert.ok(meaning instanceof ConfigurationError, one.body);
    assert.match(meaning.message, words);
  }
  const tls = Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  assert.match(meaningOfFailure(tls, list).message, /NODE_EXTRA_CA_CERTS/);
  const said = meaningOfRefusal(refusal(403, 'forbidden', 'no token=ya29.secret here'), list).message;
  assert.doesNotMatch(said, /ya29/);
});

test('Where no token can be had, it is said whether waiting helps', () => {
  const gaxios = (status: number, data: object, code?: string): Error =>
    Object.assign(new Error('Request failed'), {
      status,
      code,
      response: { status, data },
      config: { headers: { authorization: 'Bearer ya29.secret' } },
    });
  const refused = gaxios(400, { error: 'invalid_grant', error_description: 'Token has been revoked.' });
  const first = meaningOfAuth(refused, 'cannot list gs://bucket', false);
  assert.ok(first instanceof ConfigurationError);
  assert.match(
    first.message,
    /^cannot list gs:\/\/bucket: Google does not take these credentials \(invalid_grant\)/,
  );
  assert.equal((meaningOfAuth(refused, 'cannot list', true) as StoreFault).code, 'EAGAIN');
  assert.equal(JSON.stringify(Object.entries(first.cause ?? {})).includes('ya29'), false);
  const missing = new Error('Could not load the default credentials. Browse to https://…');
  assert.match(meaningOfAuth(missing, 'cannot list', false).message, /GOOGLE_APPLICATION_CREDENTIALS/);
  const nowhere = Object.assign(new Error('request to https://x failed'), { code: 'ENOTFOUND' });
  for (const passing of [gaxios(503, {}), gaxios(429, {}), nowhere])
    assert.equal((meaningOfAuth(passing, 'cannot list', false) as StoreFault).code, 'EAGAIN');
  const unread = Object.assign(new Error('The file at /x does not exist'), { code: 'ENOENT' });
  assert.ok(meaningOfAuth(unread, 'cannot list', false) instanceof ConfigurationError);
});
