import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csrfOf, startConsole } from '../../../../test/support/console.ts';
import { get } from '../../../../test/support/delivery.ts';
import { type Role, roles } from '../../contract.ts';
import { Access } from './access.ts';
import { makeConsoleToken } from './tokens.ts';

const key = 'k'.repeat(32);
const tokenOf = (role: Role, user?: string) =>
  makeConsoleToken(key, { role, expires: Date.now() + 60_000, ...(user === undefined ? {} : { user }) });

test('Without a token nothing is told but how to get in', async (t) => {
  const { url } = await startConsole(t, { access: { key, openRole: undefined, ways: ['token'] } });
  for (const path of ['api/session', 'api/overview', 'api/events', 'api/files', 'files/shop/a', 'api/keys']) {
    const response = await fetch(url + path);
    assert.equal(response.status, 401, path);
    assert.deepEqual(((await response.json()) as { ways: unknown }).ways, ['token']);
  }
  const entered = await fetch(`${url}api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: `${tokenOf('look')}x` }),
  });
  assert.equal(entered.status, 401);
  assert.equal(entered.headers.get('set-cookie'), null);
});

test('A token that is entered is kept by the browser, where no script can read it', async (t) => {
  const { url } = await startConsole(t, { access: { key, openRole: undefined, ways: ['token'] } });
  const token = tokenOf('send', 'ann@example.com');
  const entered = await fetch(`${url}api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  assert.equal(entered.status, 200);
  const cookie = entered.headers.get('set-cookie') ?? '';
  assert.match(
    cookie,
    /^sluice-console-[0-9a-f]{12}=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=(?:59|60)$/,
  );
  const session = (await entered.json()) as Record<string, string>;
  assert.deepEqual([session.role, session.user, session.version], ['send', 'ann@example.com', '1.2.3']);
  const again = await fetch(`${url}api/session`, { headers: { cookie: cookie.split(';')[0]! } });
  assert.deepEqual(await again.json(), session);
  const left = await fetch(`${url}api/session`, { method: 'DELETE' });
  assert.match(left.headers.get('set-cookie') ?? '', /Max-Age=0$/);
});

test('Who is let in by a token can sign out, whether that has a name or not; who needs none cannot', async (t) => {
  const closed = await startConsole(t, { access: { key, openRole: undefined, ways: ['token'] } });
  for (const user of ['ann', undefined]) {
    const entered = await fetch(`${closed.url}api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: tokenOf('look', user) }),
    });
    const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';');
    const again = await fetch(`${closed.url}api/session`, { headers: { cookie } });
    for (const session of [await entered.json(), await again.json()] as { isSignedIn?: boolean }[])
      assert.equal(session.isSignedIn, true, user);
  }
  const open = await startConsole(t);
  const session = (await (await fetch(`${open.url}api/session`)).json()) as { isSignedIn?: boolean };
  assert.equal(session.isSignedIn, undefined);
});

test('Consoles of one host, at ports of their own, do not log each other out', async (t) => {
  const jar = new Map<string, string>();
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const keep = (response: Response) => {
    for (const said of response.headers.getSetCookie()) {
      const [name = '', value = ''] = said.split(';')[0]!.split('=');
      if (said.endsWith('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
  };
  const consoles = ['a', 'b'].map(async (letter) => {
    const own = letter.repeat(32);
    const { url } = await startConsole(t, { access: { key: own, openRole: undefined, ways: ['token'] } });
    const token = makeConsoleToken(own, { role: 'look', expires: Date.now() + 60_000 });
    const headers = { 'content-type': 'application/json' };
    keep(await fetch(`${url}api/session`, { method: 'POST', headers, body: JSON.stringify({ token }) }));
    return async () => (await fetch(`${url}api/session`, { headers: { cookie: cookie() } })).status;
  });
  const [one, other] = await Promise.all(consoles);
  assert.deepEqual([await one!(), await other!()], [200, 200]);
});

test('Servers with one key know each other’s logins, and others do not', () => {
  const [one, other] = [1, 2].map(() => new Access({ key, ways: ['token'] }));
  assert.equal(one!.cookie, other!.cookie);
  assert.notEqual(one!.cookie, new Access({ ways: ['oidc'] }).cookie);
});

test('Each role may do what those before it may, and no more', async (t) => {
  const { url } = await startConsole(t, { access: { key, openRole: undefined, ways: ['token'] } });
  const asked: readonly (readonly [Role, string, string])[] = [
    ['look', 'GET', 'api/overview'],
    ['look', 'GET', 'api/history'],
    ['look', 'GET', 'api/files'],
    ['look', 'GET', 'api/files/history?uploader=shop&path=a'],
    ['fetch', 'GET', 'files/shop/a'],
    ['fetch', 'HEAD', 'files/shop/a'],
    ['administer', 'GET', 'api/keys'],
    ['administer', 'POST', 'api/keys'],
    ['administer', 'DELETE', 'api/keys/aaaaaaaaaaaa'],
    ['administer', 'POST', 'api/files/resend'],
  ];
  for (const [wanted, method, path] of asked) {
    for (const role of roles) {
      const headers = { authorization: `Bearer ${tokenOf(role)}` };
      const { status } = await get(url + path, headers, method);
      const isLet = roles.indexOf(role) >= roles.indexOf(wanted);
      assert.equal(status === 403, !isLet, `${role}: ${method} ${path} ${status}`);
    }
  }
});

test('What changes something wants a word that only our own page knows', async (t) => {
  const removed: string[] = [];
  const { url } = await startConsole(t, {
    actions: { removeKey: (id) => Promise.resolve(removed.push(id)) },
  });
  const place = `${url}api/keys/abcdefabcdef`;
  const csrf = await csrfOf(url);
  const refused: Record<string, string>[] = [
    {},
    { 'x-sluice-csrf': `${csrf.slice(0, -1)}${csrf.endsWith('A') ? 'B' : 'A'}` },
    { 'x-sluice-csrf': csrf, origin: 'https://evil.example' },
    { 'x-sluice-csrf': csrf, origin: 'null' },
    { 'x-sluice-csrf': csrf, 'sec-fetch-site': 'cross-site' },
    { 'x-sluice-csrf': csrf, 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of refused) {
    const { status } = await get(place, headers, 'DELETE');
    assert.equal(status, 403, JSON.stringify(headers));
  }
  assert.deepEqual(removed, []);
  const own = { 'x-sluice-csrf': csrf, origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' };
  assert.equal((await get(place, own, 'DELETE')).status, 200);
  assert.deepEqual(removed, ['abcdefabcdef']);
});

test('Names that others have point to this machine are not answered', async (t) => {
  const { url } = await startConsole(t);
  const { port } = new URL(url);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
    for (const path of ['', 'api/session', 'api/overview']) {
      const { status } = await get(url + path, { host });
      assert.equal(status, 403, `${host} ${path}`);
    }
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
    assert.equal((await get(`${url}api/session`, { host })).status, 200, host);
});

test('Every answer says what a browser may do with it, and pages of others get nothing', async (t) => {
  const { url } = await startConsole(t);
  for (const path of ['', 'api/session', 'api/nothing', 'assets/nothing.js', 'files/shop/nothing']) {
    const { headers } = await get(url + path);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/, path);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe-inline/);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
  const asked = await get(`${url}api/keys`, { origin: 'https://evil.example' }, 'OPTIONS');
  assert.equal(asked.headers['access-control-allow-methods'], undefined);
});
