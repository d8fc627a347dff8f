import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { OAuth2Server } from 'oauth2-mock-server';
import { startConsole } from '../../../../test/support/console.ts';
import { silentLogger } from '../../../log.ts';
import { Access } from './access.ts';
import { OidcLogin, roleIn } from './oidc.ts';

/** A provider that says of everybody what `claims` has. */
async function provider(t: TestContext, ways?: readonly string[]) {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  t.after(() => server.stop());
  const claims: Record<string, unknown> = {};
  server.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, claims);
  });
  // What the client says of itself when it asks for a token.
  const asked: { authorization?: string | undefined; secret?: unknown }[] = [];
  server.service.on('beforeResponse', (_: unknown, request: IncomingMessage & { body?: object }) => {
    const { authorization } = request.headers;
    const { client_secret: secret } = { client_secret: undefined, ...request.body };
    asked.push({ authorization, secret });
  });
  if (ways === undefined) return { issuer: server.issuer.url ?? '', claims, asked };
  // As it is, but for what it says that it takes.
  const issuer = server.issuer.url ?? '';
  const before = createServer(async (_request, response) => {
    const said = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object;
    response.setHeader('content-type', 'application/json');
    const { port } = before.address() as AddressInfo;
    const own = { issuer: `http://127.0.0.1:${port}`, token_endpoint_auth_methods_supported: ways };
    response.end(JSON.stringify({ ...said, ...own }));
  });
  await new Promise<void>((resolve) => before.listen(0, '127.0.0.1', resolve));
  t.after(() => before.close());
  const own = `http://127.0.0.1:${(before.address() as AddressInfo).port}`;
  claims.iss = own;
  return { issuer: own, claims, asked };
}

async function room(t: TestContext, ways?: readonly string[], clientSecret?: string) {
  const { issuer, claims, asked } = await provider(t, ways);
  const roles = { 'video operators': 'send' } as const;
  const login = new OidcLogin({
    issuer,
    clientId: 'sluice',
    clientSecret,
    roleClaim: 'realm.roles',
    roles,
    session: 60_000,
  });
  const access = new Access({ ways: ['oidc'] });
  const { url } = await startConsole(t, { services: { login, access, logger: silentLogger } });
  return { url, claims, issuer, asked };
}

/** As a browser does it, which keeps the cookies of the console. */
async function logIn(url: string, change: (back: URL) => string = (back) => back.href, keeps = true) {
  const begun = await fetch(`${url}login`, { redirect: 'manual' });
  const cookie = keeps ? cookiesOf(begun) : '';
  assert.equal(begun.status, 302);
  const there = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const back = change(new URL(there.headers.get('location') ?? ''));
  // A site of others leads back.
  const headers = { cookie, 'sec-fetch-site': 'cross-site' };
  const ended = await fetch(back, { redirect: 'manual', headers });
  return { begun, ended, cookie: cookiesOf(ended), back };
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}

test('Whom the provider knows is let in with the role that it says', async (t) => {
  const { url, claims } = await room(t);
  Object.assign(claims, {
    realm: { roles: ['x', 'look', 'video operators'] },
    preferred_username: 'Änne B.',
  });
  const { ended, cookie, begun, back } = await logIn(url);
  assert.equal(ended.status, 200);
  assert.match(begun.headers.getSetCookie()[0] ?? '', /HttpOnly; SameSite=Lax/);
  const [done = '', kept = ''] = ended.headers.getSetCookie();
  assert.match(done, /^sluice-console-login-.+=; .*Max-Age=0$/);
  assert.match(kept, /^sluice-console-[0-9a-f]{12}=.+HttpOnly; SameSite=Strict; Max-Age=(?:59|60)$/);
  assert.equal(new URL(ended.headers.get('refresh')?.split('url=')[1] ?? '', back).href, url);
  const response = await fetch(`${url}api/session`, { headers: { cookie } });
  const session = (await response.json()) as Record<string, string>;
  assert.deepEqual([session.role, session.user], ['send', 'Anne-B.']);
  assert.equal((await fetch(`${url}api/keys`, { headers: { cookie } })).status, 403);
});

test('Who has no role, and whose login is not the one that was begun here, is let in nowhere', async (t) => {
  const { url, claims } = await room(t);
  const refused = async (login: ReturnType<typeof logIn>, words: RegExp) => {
    const { ended } = await login;
    assert.equal(ended.status, 403);
    assert.doesNotMatch(ended.headers.getSetCookie().join(), /sluice-console-[0-9a-f]{12}=[^;]/);
    assert.match(await ended.text(), words);
  };
  claims.preferred_username = 'bob';
  await refused(
    logIn(url),
    /bob has no role here: the claim realm\.roles has to be one of look, fetch, send, administer, video operators/,
  );
  claims.realm = { roles: 'look' };
  await refused(logIn(url, undefined, false), /this browser has begun no login here/);
  const other = (back: URL) => {
    back.searchParams.set('state', 'of another login');
    return back.href;
  };
  await refused(logIn(url, other), /this browser has begun no login here/);
  const alike = (back: URL) => {
    const state = back.searchParams.get('state') ?? '';
    back.searchParams.set('state', `${state.slice(0, 20)}${'x'.repeat(state.length - 20)}`);
    return back.href;
  };
  await refused(logIn(url, alike), /the provider's answer is not good/);
  claims.nonce = 'of another login';
  await refused(logIn(url), /the provider's answer is not good/);
  delete claims.nonce;
  claims.aud = 'somebody else';
  await refused(logIn(url), /the provider's answer is not good/);
});

test('Logins that one browser has begun on several pages are ended in any order, each once', async (t) => {
  const { url, claims } = await room(t);
  claims.realm = { roles: 'look' };
  const begun = await Promise.all([1, 2, 3].map(() => fetch(`${url}login`, { redirect: 'manual' })));
  const jar = begun.map(cookiesOf);
  const backs = await Promise.all(
    begun.map(async ({ headers }) => {
      const there = await fetch(headers.get('location') ?? '', { redirect: 'manual' });
      return there.headers.get('location') ?? '';
    }),
  );
  for (const at of [1, 0, 2]) {
    const ended = await fetch(backs[at]!, { headers: { cookie: jar.join('; ') } });
    assert.equal(ended.status, 200, await ended.text());
    const gone = ended.headers.getSetCookie().find((one) => one.includes('Max-Age=0')) ?? '';
    assert.ok(jar[at]?.startsWith(`${gone.split('=')[0]}=`), gone);
  }
  // However many are begun and left, a browser has few cookies of them.
  const cookie = Array.from({ length: 20 }, (_, at) => `sluice-console-login-${at}=x`).join('; ');
  const again = await fetch(`${url}login`, { redirect: 'manual', headers: { cookie } });
  assert.equal(again.headers.getSetCookie().filter((one) => one.includes('Max-Age=0')).length, 16);
});

test('A secret is told as the provider says that it takes it', async (t) => {
  for (const [ways, inHeader] of [
    [['client_secret_basic'], true],
    [['private_key_jwt', 'client_secret_post'], false],
    [['client_secret_basic', 'client_secret_post'], false],
  ] as const) {
    const { url, claims, asked } = await room(t, ways, 'a secret');
    claims.realm = { roles: 'look' };
    const { ended } = await logIn(url);
    assert.equal(ended.status, 200, await ended.text());
    const [{ authorization = '', secret } = {}] = asked;
    assert.deepEqual(
      [authorization.startsWith('Basic '), secret],
      inHeader ? [true, undefined] : [false, 'a secret'],
      ways.join(),
    );
  }
});

test('A provider that is away is told, and asked again', async (t) => {
  const login = new OidcLogin({
    issuer: 'http://127.0.0.1:9',
    clientId: 'sluice',
    roleClaim: 'role',
    roles: {},
    session: 60_000,
  });
  const { url } = await startConsole(t, { services: { login, access: new Access({ ways: ['oidc'] }) } });
  for (const _ of [1, 2]) {
    const response = await fetch(`${url}login`, { redirect: 'manual' });
    assert.equal(response.status, 502);
    assert.match(
      await response.text(),
      /--oidc-issuer http:\/\/127\.0\.0\.1:9 does not answer as a provider does/,
    );
  }
});

test('The greatest of the roles counts, wherever the claim stands', () => {
  const of = (claims: object, roleClaim = 'role', roles = {}) => roleIn({ ...claims }, { roleClaim, roles });
  assert.equal(of({ role: 'fetch' }), 'fetch');
  assert.equal(of({ role: ['look', 'administer', 'send'] }), 'administer');
  assert.equal(of({ role: ['nothing'] }), undefined);
  assert.equal(of({}), undefined);
  assert.equal(of({ 'https://x.example/role': 'send' }, 'https://x.example/role'), 'send');
  assert.equal(
    of({ realm_access: { roles: ['ops'] } }, 'realm_access.roles', { ops: 'administer' }),
    'administer',
  );
  assert.equal(of({ role: 'constructor' }), undefined);
  assert.equal(of({ role: { length: 1 } }), undefined);
  // A word of ours may be given another meaning.
  assert.equal(of({ role: 'administer' }, 'role', { administer: 'look' }), 'look');
});
