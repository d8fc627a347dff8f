import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ClientCredentials } from '../security/oauth-credentials.ts';
import { requestToken } from './client-credentials.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A token endpoint that answers this, and keeps what it was asked. */
async function endpoint(t: TestContext, { status = 200, headers = {}, body = {} }: Answer) {
  const asked: { authorization?: string | undefined; form: Record<string, string> }[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const form = Object.fromEntries(new URLSearchParams(text));
    asked.push({ authorization: request.headers.authorization, form });
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const credentials: ClientCredentials = {
    kind: 'client-credentials',
    endpoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`),
    clientId: 'till 7',
    clientSecret: 'gehe1m:ü+%',
    scope: 'a b',
    encode: false,
  };
  return { asked, credentials };
}

const token = { access_token: 'opaque', expires_in: 60 };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('Id and secret go into the header as they are, as Kafka sends them', async (t) => {
  const { asked, credentials } = await endpoint(t, { body: token });
  assert.deepEqual(await requestToken(credentials, () => 1000), { value: 'opaque', expiresAt: 61_000 });
  const form = { grant_type: 'client_credentials', scope: 'a b' };
  assert.deepEqual(asked, [{ authorization: basic('till 7:gehe1m:ü+%'), form }]);
});

test('Id and secret are form-encoded on demand, and no scope is no parameter', async (t) => {
  const { asked, credentials } = await endpoint(t, { body: token });
  await requestToken({ ...credentials, encode: true, scope: undefined });
  const form = { grant_type: 'client_credentials' };
  assert.deepEqual(asked, [{ authorization: basic('till+7:gehe1m%3A%C3%BC%2B%25'), form }]);
});

test('Where the endpoint does not say when a token expires, the token may', async (t) => {
  const claims = Buffer.from(JSON.stringify({ exp: 5 })).toString('base64url');
  const { credentials } = await endpoint(t, { body: { access_token: `x.${claims}.y` } });
  assert.equal((await requestToken(credentials)).expiresAt, 5000);
  const opaque = await endpoint(t, { body: { access_token: 'opaque' } });
  assert.equal((await requestToken(opaque.credentials)).expiresAt, undefined);
});

test('Numbers that come as text are numbers', async (t) => {
  const { credentials } = await endpoint(t, { body: { access_token: 'opaque', expires_in: '60' } });
  assert.equal((await requestToken(credentials, () => 0)).expiresAt, 60_000);
});

const refused: readonly [what: string, answer: Answer, name: string, message: RegExp][] = [
  [
    'a refusal',
    { status: 401, body: { error: 'invalid_client' } },
    'KafkaError',
    /gives no token: invalid_client\. Check/,
  ],
  ['a wrong page', { status: 404, body: '<html>' }, 'KafkaError', /gives no token: HTTP status 404/],
  ['a page instead of a token', { body: '<html>' }, 'KafkaError', /gives no token: HTTP status 200/],
  ['an empty token', { body: { access_token: '' } }, 'KafkaError', /gives no token/],
  ['too many requests', { status: 429 }, 'NetworkFailure', /is not well: HTTP status 429/],
  ['an outage', { status: 502, body: 'bad gateway' }, 'NetworkFailure', /is not well: HTTP status 502/],
  [
    'a redirection, which must not get the secret',
    { status: 307, headers: { location: 'http://127.0.0.1:1/' } },
    'NetworkFailure',
    /cannot be reached .*redirect/,
  ],
];

for (const [what, answer, name, message] of refused) {
  test(`Told from a token: ${what}`, async (t) => {
    const { asked, credentials } = await endpoint(t, answer);
    await assert.rejects(requestToken(credentials), (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /gehe1m/);
      return true;
    });
    assert.equal(asked.length, 1);
  });
}
