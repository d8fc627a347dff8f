/** The way to a bucket of Google's: where credentials come from, what is refused, and that nothing is tried twice. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { type GcsStore, openGcsStore } from '../../src/stores/gcs/client.ts';
import { askForPage } from '../../src/stores/gcs/listing.ts';
import { loadGoogleAuth } from '../../src/stores/gcs/load.ts';
import type { GcsOptions } from '../../src/stores/gcs/options.ts';
import { isAway } from '../../src/stores/store-fault.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startGcs } from '../support/gcs.ts';
import { startGoogleTokens } from '../support/google-tokens.ts';

/** Google's own variables, for the length of a test; without any, nobody is found. */
async function setEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): Promise<void> {
  const isGoogles = (name: string): boolean => /^(?:GOOGLE_|STORAGE_|GCE_|METADATA_|CLOUDSDK_)/.test(name);
  const before = Object.entries(process.env).filter(([name]) => isGoogles(name));
  const forget = (): void => {
    for (const name of Object.keys(process.env)) if (isGoogles(name)) delete process.env[name];
  };
  forget();
  const nowhere = await temporaryFolder(t);
  Object.assign(process.env, { CLOUDSDK_CONFIG: nowhere, METADATA_SERVER_DETECTION: 'none' }, variables);
  t.after(() => {
    forget();
    Object.assign(process.env, Object.fromEntries(before));
  });
}

async function storeOf(t: TestContext, options: GcsOptions, bucket: string): Promise<GcsStore> {
  const store = await openGcsStore({ store: 'gcs', bucket, prefix: '', url: `gs://${bucket}` }, options);
  t.after(() => store.close());
  return store;
}

function list(store: GcsStore): Promise<unknown> {
  return askForPage(store, '', 'name', 1);
}

/** Answers all requests so; resolves with its URL, and counts them. */
async function serverOf(t: TestContext, status: number, headers: Record<string, string>, body: string) {
  const counted = { requests: 0, endpoint: '' };
  const server = createServer((_, response) => {
    counted.requests++;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  counted.endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return counted;
}

const refusal = (status: number, reason: string, message: string) => ({
  status,
  body: JSON.stringify({ error: { code: status, message, errors: [{ reason, message }] } }),
});

test('Credentials come from a workload identity, or from the machine; they are renewed when they are not taken any more', async (t) => {
  const gcs = await startGcs(t);
  const bucket = await gcs.bucket();
  let isGood = (token: string): boolean => token === 'first';
  gcs.keep(({ headers: { authorization = '' } }) =>
    isGood(authorization.replace(/^Bearer /, ''))
      ? undefined
      : refusal(401, 'authError', 'Invalid Credentials'),
  );
  for (const place of ['identity', 'machine'] as const) {
    const tokens = await startGoogleTokens(t, 'first');
    isGood = (token) => token === 'first';
    await setEnvironment(t, tokens[place]);
    const store = await storeOf(t, { endpoint: gcs.endpoint }, bucket);
    await list(store);
    await list(store);
    assert.equal(tokens.given, 1, 'one token is for many requests');
    isGood = (token) => token === 'second';
    tokens.give('second');
    await assert.rejects(list(store), (error) => isAway(error) && /not taken any more/.test(error.message));
    await list(store);
    tokens.give(undefined);
    isGood = () => false;
    await assert.rejects(list(store), isAway);
    await assert.rejects(list(store), (error) => isAway(error) || /cannot be used/.test(String(error)));
  }
});

test('What only the user can mend says how, and shows no secret', async (t) => {
  const gcs = await startGcs(t);
  const bucket = await gcs.bucket();
  const { endpoint } = gcs;
  const refused = (options: GcsOptions, message: RegExp, name = bucket) =>
    assert.rejects(storeOf(t, options, name).then(list), (error: Error) => {
      assert.equal(error.name, 'ConfigurationError', error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /a-secret/);
      return true;
    });
  await setEnvironment(t, {});
  await refused({}, /there are no Google credentials: set GOOGLE_APPLICATION_CREDENTIALS/);
  await refused({ endpoint: 'ftp://host' }, /endpoint of gs:\/\/ is no URL of a server/);
  await refused({ endpoint: 'https://me:a-secret@host' }, /has keys in it/);
  await refused({ endpoint: 'http://storage.example.com' }, /is to be https:\/\//);
  await refused({ endpoint, anonymous: true }, /there is no bucket no-such-bucket at http/, 'no-such-bucket');
  await setEnvironment(t, { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' });
  await refused({}, /credentials cannot be used .*\/nowhere\/key\.json/);
  await setEnvironment(t, { STORAGE_EMULATOR_HOST: 'ftp://host' });
  await refused({}, /\(STORAGE_EMULATOR_HOST\) is no URL of a server/);
  const tokens = await startGoogleTokens(t, 'first');
  await setEnvironment(t, tokens.identity);
  gcs.keep(() => refusal(403, 'forbidden', 'x does not have storage.objects.list access'));
  await refused({ endpoint }, /access is denied.*docs\/stores\.md/);
  gcs.keep(() => refusal(401, 'required', 'Anonymous caller does not have storage.objects.list access'));
  await refused({ endpoint, anonymous: true }, /leave --gs-anonymous, or/);
  gcs.keep(() => refusal(400, 'required', 'Bucket is a requester pays bucket but no user project provided.'));
  await refused({ endpoint }, /--gs-user-project/);
  tokens.give(undefined);
  await refused({ endpoint }, /Google does not take these credentials \(invalid_grant\)/);
});

test('The emulator of Google’s libraries is asked without credentials, with or without http://', async (t) => {
  const gcs = await startGcs(t);
  const bucket = await gcs.bucket();
  gcs.keep(({ headers }) => (headers.authorization === undefined ? undefined : refusal(401, 'x', 'x')));
  for (const host of [gcs.endpoint, `127.0.0.1:${gcs.port}`]) {
    await setEnvironment(t, { STORAGE_EMULATOR_HOST: host });
    await list(await storeOf(t, {}, bucket));
  }
});

test('Whoever pays for a bucket’s requests is named in each of them', async (t) => {
  const gcs = await startGcs(t);
  const bucket = await gcs.bucket();
  const urls: (string | undefined)[] = [];
  gcs.keep(({ url }) => void urls.push(url));
  await list(
    await storeOf(t, { endpoint: gcs.endpoint, anonymous: true, userProject: 'my project' }, bucket),
  );
  assert.match(urls.join(), /[?&]userProject=my%20project/);
});

test('A server that is away, or busy, is asked once; what it says of when is kept', async (t) => {
  const body = refusal(429, 'rateLimitExceeded', 'Slow down.').body;
  const busy = await serverOf(t, 429, { 'retry-after': '3' }, body);
  const slow = await storeOf(t, { endpoint: busy.endpoint, anonymous: true }, 'bucket');
  await assert.rejects(
    list(slow),
    (error) => isAway(error) && error.retryAfter === 3000 && /Slow down/.test(error.message),
  );
  assert.equal(busy.requests, 1);
  const away = await storeOf(t, { endpoint: 'http://127.0.0.1:1', anonymous: true }, 'bucket');
  await assert.rejects(list(away), (error) => isAway(error) && /ECONNREFUSED/.test(error.message));
});

test('What answers in the place of a server is no empty bucket', async (t) => {
  for (const body of ['<html><body>Log in</body></html>', '', '{"a":1}', 'null', '{"items":[]}']) {
    const portal = await serverOf(t, 200, {}, body);
    const store = await storeOf(t, { endpoint: portal.endpoint, anonymous: true }, 'bucket');
    const isTold = (error: unknown): boolean =>
      isAway(error) && /^cannot list gs:\/\/bucket/.test(error.message);
    await assert.rejects(list(store), isTold, body);
  }
});

test('Without the library, it is said how to install it', async () => {
  await assert.rejects(loadGoogleAuth('@nobody/has-this'), {
    name: 'ConfigurationError',
    message: /^gs:\/\/ needs a package that is not installed: npm install google-auth-library/,
  });
});
