import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OAuth2Server } from 'oauth2-mock-server';
import { startConsole } from '../../../../test/support/console.ts';
import { silentLogger } from '../../../log.ts';
import { Access } from './access.ts';
import { OidcLogin, roleIn } from './oidc.ts';

/** A provider that says of everybody what `claims` has. */
async function provider(t: TestContext) {
  const server = new OAuth2Server();
  await server.issuer.keys.generate('RS256');
  await server.start(0, '127.0.0.1');
  t.after(() => server.stop());
  const claims: Record<string, unknown> = {};
  server.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, claims);
  });
  return { issuer: server.issuer.url ?? '', claims };
}

async function room(t: TestContext) {
  const { issuer, claims } = await provider(t);
  const roles = { 'video operators': 'send' } as const;
  const login = new OidcLogin({
    issuer,
    clientId: 'sluice',
    roleClaim: 'realm.roles',
    roles,
    session: 60_000,
  });
  const access = new Access({ ways: ['oidc'] });
  const { url } = await startConsole(t, { services: { login, access, logger: silentLogger } });
  return { url, claims, issuer };
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
  assert.match(
    ended.headers.getSetCookie()[0] ?? '',
    /^sluice-console=.+HttpOnly; SameSite=Strict; Max-Age=(?:59|60)$/,
  );
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
    assert.doesNotMatch(ended.headers.getSetCookie().join(), /sluice-console=[^;]/);
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
  await refused(logIn(url, other), /the provider's answer is not good/);
  claims.nonce = 'of another login';
  await refused(logIn(url), /the provider's answer is not good/);
  delete claims.nonce;
  claims.aud = 'somebody else';
  await refused(logIn(url), /the provider's answer is not good/);
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
